import { type Layer, layers } from '../drawing/draw-frame.js';
import { type Player, speeds } from '../player/player.js';
import type { RerunState } from '../rerun/rerun-state.js';

/** Every key and what it does, for the help. */
export const keyHelp: readonly (readonly [string, string])[] = [
  ['Space', 'play or pause'],
  ['← →', 'one frame back or on'],
  ['Shift ← →', 'one second back or on'],
  ['Home End', 'to the start, to the end'],
  ['- +', 'slower, faster'],
  ['1 … 5', 'boxes, class map, free space, path, ground truth'],
  ['R', 'run the networks in this browser'],
  ['N P', 'next difference, previous one'],
  ['C', 'the next camera, of a rig with several'],
  ['O', 'open a recording'],
  ['← → ↑ ↓', 'on the simulated road: steer, faster, slower'],
  ['?', 'these keys'],
];

export interface KeyTargets {
  /** Undefined if no recording is shown. */
  player?: Player;
  rerun?: RerunState;
  toggle(layer: Layer): void;
  open(): void;
  nextCamera(): void;
  help(): void;
}

/** Carries out a key's action. True if the key has one. */
export function pressKey(event: KeyboardEvent, targets: KeyTargets): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return false;
  const layer = (Object.keys(layers) as Layer[])[Number(event.key) - 1];
  if (layer !== undefined) targets.toggle(layer);
  else if (event.key === 'o') targets.open();
  else if (event.key === 'c') targets.nextCamera();
  else if (event.key === '?') targets.help();
  else return pressPlayerKey(event, targets);
  return true;
}

function pressPlayerKey(event: KeyboardEvent, { player, rerun }: KeyTargets): boolean {
  if (player === undefined || rerun === undefined) return false;
  const info = player.info.value;
  if (event.key === ' ') player.toggle();
  else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
    const direction = event.key === 'ArrowRight' ? 1 : -1;
    player.isPlaying.value = false;
    void (event.shiftKey ? player.skip(direction) : player.step(direction));
  } else if (event.key === 'Home' && info) void player.seek(info.startNs);
  else if (event.key === 'End' && info) void player.seek(info.endNs);
  else if (event.key === '+' || event.key === '=') changeSpeed(player, 1);
  else if (event.key === '-') changeSpeed(player, -1);
  else if (event.key === 'r' && rerun.canRun) rerun.isOn.value ? rerun.stop() : void rerun.start();
  else if (event.key === 'n') void rerun.goToDifference(1);
  else if (event.key === 'p') void rerun.goToDifference(-1);
  else return false;
  return true;
}

/** True if the focused control uses the key itself. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement)
    return target.type === 'range'
      ? /^(?:Arrow|Home|End|Page)/.test(key) && !target.classList.contains('seek')
      : key === ' ' || /^(?:number|text)$/.test(target.type);
  return key === ' ' && /^(?:BUTTON|SUMMARY|A)$/.test(target.tagName);
}

function changeSpeed(player: Player, by: 1 | -1): void {
  const offered: readonly number[] = speeds;
  const at = offered.indexOf(player.speed.value) + by;
  player.speed.value = speeds[at] ?? player.speed.value;
}
