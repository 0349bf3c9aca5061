// The pipeline's process under a supervisor: the command line again, from the compiled tree as it is. What was
// started is what is started again, whatever happened to the sources since.
import { main } from './main.js';

process.setSourceMapsEnabled(true);
await main(process.argv.slice(2));
