#!/usr/bin/env node
// The command of the installed package. In a checkout it is that of the checkout, which compiles what has changed.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 11)) {
  console.error(
    `windshield: expected Node 20.11 or later, found ${process.versions.node} (ERR_USAGE)`,
  );
  process.exit(2);
}
const checkout = new URL('../../../bin/windshield.js', import.meta.url);
if (existsSync(new URL('../dist/cli/main.js', import.meta.url))) {
  const { main } = await import('../dist/cli/main.js');
  await main(process.argv.slice(2));
} else await import(checkout.href);
