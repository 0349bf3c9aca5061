import type { Finding } from './finding.js';
import { spokenClass } from './words.js';

/** Names of settings for people; other settings are named by their path in the manifest. */
const spokenSettings: Readonly<Record<string, string>> = {
  'decode.scoreThreshold': 'score threshold',
  'decode.nmsIou': 'NMS threshold (IoU)',
  'decode.abstainBelow': 'probability below which signs abstain',
  'decode.temperature': 'temperature',
  'input.colour': 'colour order',
  'input.fit': 'fit',
};

/** Differences in bundle settings that affect results, as recorded in both files. */
export function manifestFindings(
  reference: ReadonlyMap<string, unknown>,
  candidate: ReadonlyMap<string, unknown>,
): Finding[] {
  return [...candidate].flatMap(([task, now]) => {
    const before = reference.get(task);
    if (before === undefined) return [];
    const [old, found] = [leavesOf(before), leavesOf(now)];
    const changed = [...new Set([...old.keys(), ...found.keys()])].filter(
      (path) => old.get(path) !== found.get(path),
    );
    return wordsOf(task, changed, old, found).map(
      (words): Finding => ({ kind: 'manifest', words }),
    );
  });
}

type Leaves = Map<string, string | number | boolean | null>;

function leavesOf(value: unknown, path = '', leaves: Leaves = new Map()): Leaves {
  if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value))
      leavesOf(inner, path === '' ? key : `${path}.${key}`, leaves);
  else leaves.set(path, value as string | number | boolean | null);
  return leaves;
}

function wordsOf(task: string, changed: readonly string[], old: Leaves, found: Leaves): string[] {
  const region = changed.filter((path) => path.startsWith('input.regionNorm.'));
  const classes = changed.filter((path) => path.startsWith('decode.classes.'));
  const words: string[] = [];
  if (region.length > 0) {
    const edges = ['left', 'top', 'right', 'bottom'].flatMap((edge, place) => {
      const path = `input.regionNorm.${place}`;
      const by = Number(found.get(path)) - Number(old.get(path));
      return by === 0
        ? []
        : [`${edge} edge ${by > 0 ? '+' : '−'}${(Math.abs(by) * 100).toFixed(2)} %`];
    });
    words.push(`${task} looks at another part of the frame: ${edges.join(', ')} of its size`);
  }
  for (const path of classes)
    words.push(
      `${task} calls class ${path.split('.').at(-1)} ${spokenClass(shown(found.get(path)))}, ${spokenClass(shown(old.get(path)))} before`,
    );
  const others = changed.filter((path) => !region.includes(path) && !classes.includes(path));
  for (const path of others.slice(0, 6))
    words.push(
      `${task}: ${spokenSettings[path] ?? path} is ${shown(found.get(path))}, ${shown(old.get(path))} before`,
    );
  if (others.length > 6) words.push(`${task}: ${others.length - 6} more settings differ`);
  return words;
}

const shown = (value: string | number | boolean | null | undefined) =>
  value === undefined ? 'not set' : String(value);
