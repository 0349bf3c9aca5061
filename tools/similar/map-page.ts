import { htmlPage } from '../page/html-page.js';
import { pageStyle } from '../page/page-style.js';
import { escaped } from '../page/svg.js';
import { trustworthiness } from '../statistics/trustworthiness.js';
import { tsne } from '../statistics/tsne.js';
import { clockTime, counted } from '../verdict/words.js';
import type { DriveCodes } from './code-file.js';

/** Maximum number of frames on the map: more would cover each other, and all their distances are computed. */
const mostFrames = 1500;
const neighbours = 10;
const thumbnailPx = 44;

interface MappedFrame {
  drive: string;
  location: string;
  timeS: number;
  code: Float32Array;
  thumbnail: Uint8Array;
}

export interface FleetMap {
  html: string;
  frames: number;
  /** Total number of frames. */
  of: number;
  /** 0 to 1: how well neighbours on the map are neighbours by their codes. */
  trusted: number;
}

/**
 * A map of drives as one self-contained HTML document: frames that look alike to the network are close together. Each
 * is a thumbnail, which grows under the pointer and links to its moment in the player at `pageUrl`.
 */
export function fleetMap(drives: readonly DriveCodes[], pageUrl: string): FleetMap {
  const all = framesOf(drives);
  const every = Math.max(1, Math.ceil(all.length / mostFrames));
  const frames = all.filter((_, place) => place % every === 0);
  const dims = frames[0]?.code.length ?? 1;
  const data = new Float32Array(frames.length * dims);
  for (const [place, { code }] of frames.entries()) data.set(code, place * dims);
  const places = tsne(data, dims);
  const trusted =
    frames.length > 2 * neighbours + 2 ? trustworthiness(data, dims, places, neighbours) : 1;
  const words = `${counted(frames.length, 'frame')} of ${all.length}, ${counted(drives.length, 'drive')}; trustworthiness ${trusted.toFixed(3)} over ${neighbours} neighbours`;
  return {
    html: page(frames, places, words, pageUrl),
    frames: frames.length,
    of: all.length,
    trusted,
  };
}

const framesOf = (drives: readonly DriveCodes[]): MappedFrame[] =>
  drives.flatMap(({ drive, location, dims, timesS, codes, thumbnails }) =>
    Array.from(timesS, (timeS, place) => ({
      drive,
      location,
      timeS,
      code: codes.subarray(place * dims, (place + 1) * dims),
      thumbnail: thumbnails[place]!,
    })),
  );

function page(
  frames: readonly MappedFrame[],
  places: Float64Array,
  words: string,
  pageUrl: string,
): string {
  const [left, width] = span(places, 0);
  const [top, height] = span(places, 1);
  const dots = frames.map(({ drive, location, timeS, thumbnail }, place) => {
    const x = (((places[2 * place]! - left) / width) * 100).toFixed(2);
    const y = (((places[2 * place + 1]! - top) / height) * 100).toFixed(2);
    const name = `${drive} at ${clockTime(timeS)}; windshield view ${location}`;
    const address = `${pageUrl.replace(/\/$/, '')}/#at=${timeS.toFixed(2)}`;
    const picture = `data:image/jpeg;base64,${Buffer.from(thumbnail).toString('base64')}`;
    const link = `<a href="${escaped(address)}" target="_blank" title="${escaped(name)}" style="left:${x}%;top:${y}%">`;
    // Codes of events have no pictures.
    if (thumbnail.length === 0) return `${link}<i></i></a>`;
    return `${link}<img src="${picture}" alt="${escaped(`${drive} at ${clockTime(timeS)}`)}"></a>`;
  });
  return htmlPage({
    title: 'Map of drives',
    subtitle: `${words}. Frames that look alike to the network lie together; distances between far groups mean nothing. A click leads to the moment in the player, once the command in the picture’s title has opened the drive.`,
    style: `${pageStyle}
main { max-width: none; }
.map { position: relative; height: max(80vh, 900px); margin: 30px; }
.map a { position: absolute; width: ${thumbnailPx}px; transform: translate(-50%, -50%); transition: transform 0.1s; }
.map a:hover, .map a:focus { transform: translate(-50%, -50%) scale(4); z-index: 1; }
.map i { display: block; width: 12px; height: 12px; border-radius: 50%; background: #4361ee; }
.map img { display: block; width: 100%; border-radius: 2px; }`,
    body: `<div class="map">${dots.join('\n')}</div>`,
  });
}

/** Smallest place on an axis, and the range above it. */
function span(places: Float64Array, axis: 0 | 1): [least: number, width: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = axis; at < places.length; at += 2) {
    least = Math.min(least, places[at]!);
    most = Math.max(most, places[at]!);
  }
  return [least, Math.max(most - least, 1e-12)];
}
