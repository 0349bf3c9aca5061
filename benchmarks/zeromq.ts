import { Subscriber } from 'zeromq';
import { ZeromqPublisher } from '../src/outputs/zeromq/zeromq-publisher.js';
import type { BenchmarkCase } from './harness/benchmark.js';
import { runBenchmark } from './harness/run-benchmark.js';

// Cost of a message for the thread that publishes it, and its round trip to a subscriber on the same machine.
const topic = 'windshield/perception';
/** Longer than any greeting with its sequence number. */
const lastGreetingBytes = 64;

function caseOf(name: string, bytes: number): BenchmarkCase {
  return {
    name,
    variants: [
      {
        name: 'publish',
        async prepare() {
          const { publisher, subscriber } = await connect();
          // Reads, so that the measurement is of sending and not of a full queue.
          const reading = (async () => {
            for await (const _ of subscriber);
          })();
          const payload = new Uint8Array(bytes).fill(7);
          return {
            run: () => publisher.send({ topic, payload }),
            async close() {
              subscriber.close();
              await reading;
              await publisher.close();
            },
          };
        },
      },
      {
        name: 'publish and receive',
        async prepare() {
          const { publisher, subscriber } = await connect();
          const payload = new Uint8Array(bytes).fill(7);
          return {
            async run() {
              publisher.send({ topic, payload });
              await subscriber.receive();
            },
            async close() {
              subscriber.close();
              await publisher.close();
            },
          };
        },
      },
    ],
  };
}

async function connect() {
  const options = { endpoint: 'tcp://127.0.0.1:*', highWaterMark: 10_000 };
  const publisher = await ZeromqPublisher.bind(options);
  const subscriber = new Subscriber({ receiveTimeout: 5000 });
  subscriber.connect(publisher.place);
  subscriber.subscribe(topic);
  // A publisher drops messages until a subscription has reached it, so it sends greetings until one arrives.
  const greeting = setInterval(() => publisher.send({ topic, payload: new Uint8Array(1) }), 5);
  await subscriber.receive();
  clearInterval(greeting);
  publisher.send({ topic, payload: new Uint8Array(lastGreetingBytes) });
  while ((await subscriber.receive())[1]!.length < lastGreetingBytes);
  return { publisher, subscriber };
}

await runBenchmark({
  name: 'zeromq',
  operation: 'one message of two parts on a PUB socket, over loopback',
  warmUp: 500,
  samples: 2000,
  cases: () => [caseOf('detections', 1500), caseOf('with a class map', 12_000)],
});
