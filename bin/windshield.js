#!/usr/bin/env node
// Starts the command line from the compiled tree, compiling first what has changed.
import { ensureBuilt } from './build.js';

process.setSourceMapsEnabled(true);
await ensureBuilt();
const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2));
