import { readFileSync } from 'node:fs';
import { amiss, type Finding, fine } from './finding.js';

/** Checks this Node.js against the package's `engines`. */
export function checkNode(version: string, repoDir: string): Finding {
  const { engines } = JSON.parse(readFileSync(`${repoDir}/package.json`, 'utf8'));
  const least = String(engines.node).replace(/^>=\s*/, '');
  const found = `${version.replace(/^v/, '')} on ${process.platform}-${process.arch}`;
  return isAtLeast(version, least)
    ? fine('Node.js', found, true)
    : amiss('Node.js', 'failed', found, `install Node.js ${least} or later`, true);
}

/** Compares dotted numbers, so that 20.9 comes before 20.11. */
export function isAtLeast(version: string, least: string): boolean {
  const numbers = (text: string) => text.replace(/^v/, '').split(/[.-]/).map(Number);
  const [found, wanted] = [numbers(version), numbers(least)];
  for (const [index, number] of wanted.entries()) {
    const difference = (found[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}
