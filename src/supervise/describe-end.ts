import type { BlackBox } from './black-box.js';
import type { LifeEnd } from './life.js';

/** What happened, where: `SIGSEGV at segmentation of frame 231, after 229 published frames`. */
export function describeEnd({ exit, hang, box }: LifeEnd): string {
  const after = `after ${count(box.main.framesPublished, 'published frame')}`;
  if (hang !== undefined) {
    const seconds = (hang.forMs / 1000).toFixed(1);
    const what = hang.lane === undefined ? 'the main thread' : placeOf(hang.lane);
    const others = hang.lane === undefined ? `, ${placesOf(box)}` : '';
    return `${what} stood still for ${seconds} s${others}, ${after}`;
  }
  const how = typeof exit === 'number' ? `exit code ${exit}` : exit;
  return `${how} ${placesOf(box)}, ${after}`;
}

/** `at detection of frame 232 and segmentation of frame 231`. */
function placesOf({ main, lanes }: BlackBox): string {
  const busy = lanes.filter(({ state }) => state === 'at-stage').map(placeOf);
  if (busy.length > 0) return `at ${busy.join(' and ')}`;
  const isLoading = main.state === 'starting' || lanes.some(({ state }) => state === 'loading');
  return isLoading ? 'while its networks were loaded' : 'between two stages';
}

const placeOf = ({ state, stage, frameId }: BlackBox['lanes'][number]) =>
  state === 'at-stage' ? `${stage} of frame ${frameId}` : 'the loading of a network';

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
