// The pipeline's process under a supervisor: the command line from the compiled tree as it is. A restart runs the same
// code, even if the sources have changed.
import { main } from './main.js';

process.setSourceMapsEnabled(true);
await main(process.argv.slice(2));
