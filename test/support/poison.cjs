// Loaded into the process of a unit (NODE_OPTIONS=--require): a drive whose name says so ends it the hard way.
const { appendFileSync } = require('node:fs');

const ways = {
  crash: () => process.abort(),
  hang: () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  memory: () => {
    const held = [];
    setInterval(() => held.push(Buffer.alloc(50e6, 1)), 20);
  },
};

const { once } = process;
process.once = (event, listener) => {
  if (event !== 'message') return once.call(process, event, listener);
  return once.call(process, event, (request) => {
    const { POISON_LOG: log } = process.env;
    if (log) appendFileSync(log, `${request.unit.name}\n`);
    const way = ways[request.unit.drive];
    if (way) way();
    else listener(request);
  });
};
