import { shownMs } from '../../page/svg.js';
import type { FrameTiming } from '../frame-timing.js';
import { type CompactFrames, expandFrames } from './compact-frames.js';
import { drivePlot, driveScale } from './drive-svg.js';
import { type StagePlace, timelineSvg } from './timeline-svg.js';

// Runs in the report page. Without it the page shows the median and the slowest frame; with it, any frame.

const element = <T extends Element>(selector: string): T => document.querySelector<T>(selector)!;

const carried = <T>(selector: string): T => JSON.parse(element(selector).textContent ?? '') as T;
const frames = expandFrames(carried<CompactFrames>('#frames'));
const places = carried<StagePlace[]>('#places');
const driveLengthMs = Number(element<HTMLElement>('#drive').dataset['lengthMs']);
const worstMs = frames.reduce((most, { publishMs }) => Math.max(most, publishMs), 0);
const number = element<HTMLInputElement>('#frame-number');
const sameScale = element<HTMLInputElement>('#same-scale');
const buttons = [...document.querySelectorAll<HTMLButtonElement>('button[data-frame]')];
let shownIndex = 0;

function show(index: number): void {
  shownIndex = Math.max(0, Math.min(frames.length - 1, index));
  const frame = frames[shownIndex]!;
  number.value = String(frame.frameId);
  const names = buttons
    .filter(({ dataset }) => Number(dataset['frame']) === shownIndex)
    .map(({ textContent }) => textContent);
  const name = names.length === 0 ? '' : `${names.join(', ')}: `;
  element('#chosen-caption').textContent =
    `${name}frame ${frame.frameId}, ${shownMs(frame.publishMs)}${frame.mode && `, held back: ${frame.mode}`}`;
  element('#chosen').innerHTML = timelineSvg(
    frame,
    places,
    sameScale.checked ? worstMs : undefined,
  );
  const x = driveScale(driveLengthMs)(frame.captureMs).toFixed(1);
  element('#drive .cursor').setAttribute(
    'd',
    `M${x} ${drivePlot.topPx}V${drivePlot.bottomPx + 39}`,
  );
}

/** The frame with this id or, if it was dropped or thinned out, the nearest one. */
function nearest(distance: (frame: FrameTiming) => number): number {
  let best = 0;
  frames.forEach((frame, index) => {
    if (distance(frame) < distance(frames[best]!)) best = index;
  });
  return best;
}
const byId = (frameId: number) => nearest((frame) => Math.abs(frame.frameId - frameId));

element('#controls').removeAttribute('hidden');
for (const button of buttons)
  button.addEventListener('click', () => show(Number(button.dataset['frame'])));
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-step]'))
  button.addEventListener('click', () => show(shownIndex + Number(button.dataset['step'])));
number.addEventListener('change', () => show(byId(Number(number.value))));
sameScale.addEventListener('change', () => show(shownIndex));
element('#drive').addEventListener('click', (event) => {
  const { clientX } = event as MouseEvent;
  const { left, width } = element('#drive svg').getBoundingClientRect();
  const x = ((clientX - left) / width) * drivePlot.widthPx;
  const scale = driveScale(driveLengthMs);
  show(nearest(({ captureMs }) => Math.abs(scale(captureMs) - x)));
});
// The first button is that of the median.
show(Number(buttons[0]?.dataset['frame']));
