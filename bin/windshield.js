#!/usr/bin/env node
// Starts the command line from the compiled tree, after compiling what has changed.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  console.error(
    `windshield: expected Node 20.11 or later, found ${process.versions.node} (ERR_USAGE)`,
  );
  process.exit(2);
}
try {
  process.setSourceMapsEnabled(true);
  const { ensureBuilt } = await import('./build.js');
  await ensureBuilt();
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(
    'windshield: expected the packages of this checkout, found none: run `npm ci` first (ERR_USAGE)',
  );
  process.exit(2);
}
const { main } = await import('../dist/cli/main.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error(
    'windshield: expected the packages of this checkout, found some missing: run `npm ci` first (ERR_USAGE)',
  );
  process.exit(2);
});
await main(process.argv.slice(2));
