import { fromBinary } from '@bufbuild/protobuf';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type PerceptionFrame,
  PipelineStatusSchema,
  StageState,
  type StageTiming,
} from '../../messages/gen/windshield/v1/perception_pb.js';
import { perceptionTopic, statusTopic } from '../../messages/topics.js';
import { decodeWithoutSegmentation } from '../../messages/without-segmentation.js';
import type { Output, OutputMessage, RunFacts } from '../output.js';
import { PublishCounts } from '../publish-count.js';
import { readThermalZones } from './thermal-zones.js';

/** Seconds: a doubling from half a millisecond to half a second, and two beyond. */
const latencyBuckets = [
  0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2,
];
const secondsBetween = (fromNs: bigint, toNs: bigint) => Math.max(0, Number(toNs - fromNs) / 1e9);

/** The parts of a stage's run and their durations in seconds. */
const spans: Readonly<Record<string, (times: StageTiming) => number>> = {
  wait: ({ dispatchNs, startNs }) => secondsBetween(dispatchNs, startNs),
  preprocess: ({ startNs, preprocessEndNs }) => secondsBetween(startNs, preprocessEndNs),
  inference: ({ preprocessEndNs, inferenceEndNs }) =>
    secondsBetween(preprocessEndNs, inferenceEndNs),
  decode: ({ inferenceEndNs, endNs }) => secondsBetween(inferenceEndNs, endNs),
};

/** Counts a run for Prometheus. docs/metrics.md explains every metric. */
export class MetricsOutput implements Output {
  readonly name = 'metrics';
  readonly topics = [perceptionTopic.name, statusTopic.name];
  readonly needsPixels = false;
  readonly counts = new PublishCounts();
  readonly #registry = new Registry();
  readonly #made = metricsIn(this.#registry);
  /** Totals of the last status: counters take only what was added since. */
  readonly #told = new Map<string, number>();

  constructor(
    /** Address of `/metrics`. */
    readonly place: string,
    /** Folder used as `/`. */
    readonly root = '/',
    /** Camera in a rig with several: a label of each metric. Only the first one adds the metrics of the process. */
    camera?: { name: string; isFirst: boolean },
  ) {
    if (camera !== undefined) this.#registry.setDefaultLabels({ camera: camera.name });
    if (camera?.isFirst !== false) collectDefaultMetrics({ register: this.#registry });
  }

  async begin({ sourceName, isLive, calibrationSha256, manifests }: RunFacts): Promise<void> {
    const { run, bundle } = this.#made;
    const calibration = calibrationSha256;
    run.set({ source: sourceName, live: String(isLive), calibration }, 1);
    for (const [stage, { version, network }] of manifests)
      bundle.set({ stage, version, sha256: network.sha256 }, 1);
  }

  send({ topic, payload }: OutputMessage): void {
    this.counts.of(topic).sent++;
    if (topic === perceptionTopic.name) this.#addFrame(decodeWithoutSegmentation(payload));
    else this.#addStatus(payload);
  }

  /** Returns the answer to a scrape; for a rig, including its other cameras. */
  async text(
    others: readonly MetricsOutput[] = [],
  ): Promise<{ contentType: string; text: string }> {
    const { temperature } = this.#made;
    temperature.reset();
    for (const { name, celsius } of await readThermalZones(this.root))
      temperature.set({ zone: name }, celsius);
    const texts = await Promise.all([this, ...others].map((output) => output.#registry.metrics()));
    const text = others.length === 0 ? texts[0]! : joined(texts);
    return { contentType: this.#registry.contentType, text };
  }

  async close(): Promise<void> {}

  #addFrame({ timing, stages, mode }: PerceptionFrame): void {
    const { published, latency, stageLatency, stageFrames, provider, modes } = this.#made;
    published.inc();
    modes.reset();
    modes.set({ mode: mode === '' ? 'full' : mode }, 1);
    for (const status of stages) {
      const state = StageState[status.state].toLowerCase();
      stageFrames.inc({ stage: status.stage, state });
      if (status.provider !== '')
        provider.set({ stage: status.stage, provider: status.provider }, 1);
    }
    if (timing === undefined) return;
    latency.observe(secondsBetween(timing.captureNs, timing.publishNs));
    for (const times of timing.stages) {
      const { stage } = times;
      for (const [part, seconds] of Object.entries(spans))
        stageLatency.observe({ stage, part }, seconds(times));
    }
  }

  #addStatus(payload: Uint8Array): void {
    const { framesCaptured, drops, health, publishedRateHz } = fromBinary(
      PipelineStatusSchema,
      payload,
    );
    const { captured, dropped, unhealthy, rate } = this.#made;
    captured.inc(this.#added('captured', Number(framesCaptured)));
    for (const { reason, count } of drops)
      dropped.inc({ reason }, this.#added(`drop ${reason}`, Number(count)));
    unhealthy.reset();
    for (const code of health) unhealthy.set({ code }, 1);
    rate.set(publishedRateHz);
  }

  #added(name: string, total: number): number {
    const before = this.#told.get(name) ?? 0;
    this.#told.set(name, Math.max(before, total));
    return Math.max(0, total - before);
  }
}

/** Groups all samples of one name after a single help and type, as the format requires. */
function joined(texts: readonly string[]): string {
  const samples = new Map<string, string[]>();
  for (const text of texts)
    for (const block of text.split(/^(?=# HELP )/m)) {
      const [help = '', type = '', ...lines] = block.trimEnd().split('\n');
      const head = `${help}\n${type}`;
      samples.set(head, [...(samples.get(head) ?? []), ...lines]);
    }
  return [...samples].map(([head, lines]) => `${[head, ...lines].join('\n')}\n`).join('\n');
}

function metricsIn(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Counter({ name: `windshield_${name}`, help, labelNames, registers });
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name: `windshield_${name}`, help, labelNames, registers });
  const histogram = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Histogram({
      ...{ name: `windshield_${name}`, help, labelNames, registers },
      buckets: latencyBuckets,
    });
  return {
    captured: counter('frames_captured_total', 'Frames that the source delivered or lost.'),
    published: counter('frames_published_total', 'Frames whose result was published.'),
    dropped: counter('frames_dropped_total', 'Frames that were dropped, by reason.', ['reason']),
    rate: gauge('published_rate_hertz', 'Results a second, over the last second.'),
    latency: histogram('frame_latency_seconds', 'From capture to the published result.'),
    stageLatency: histogram('stage_latency_seconds', 'One part of a stage on one frame.', [
      'stage',
      'part',
    ]),
    stageFrames: counter('stage_frames_total', 'Published frames, by what the stage did.', [
      'stage',
      'state',
    ]),
    provider: gauge('stage_provider', '1 for the execution provider that runs the stage.', [
      'stage',
      'provider',
    ]),
    bundle: gauge('bundle', '1 for the bundle that the stage runs.', [
      'stage',
      'version',
      'sha256',
    ]),
    modes: gauge('mode', '1 for the mode of operation now.', ['mode']),
    unhealthy: gauge('health', '1 for each health code now; none when all is well.', ['code']),
    run: gauge('run', '1 for the run that is measured.', ['source', 'live', 'calibration']),
    temperature: gauge('temperature_celsius', 'Temperature of a thermal zone.', ['zone']),
  };
}
