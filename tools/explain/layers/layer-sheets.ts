import type { Bundle } from '../../../src/bundle/bundle.js';
import { PerceptionError } from '../../../src/frame/perception-error.js';
import { inputPicture } from '../../attack/input-picture.js';
import type { RgbImage } from '../../datasets/sample.js';
import { type Layer, layerNamed, layersOf } from '../../gradients/layers.js';
import { exciteFilter } from './excite-filter.js';
import { isSmooth } from './filter-noise.js';
import { filterPicture, firstFilters } from './first-filters.js';
import { ActivityCount, type LayerActivity } from './layer-activity.js';
import type { ShownInput } from './shown-inputs.js';
import { glowPicture, type Tile, tileSheet } from './tile-sheet.js';
import { type LayerMaps, mapOf, WatchedLayers } from './watched-layers.js';

/** More filters than this are not drawn. */
const mostTiles = 256;
const mostExciting = 11;

type Inputs = AsyncIterable<ShownInput>;

export interface ActivationSheet {
  /** The layer's maps of the first picture. */
  png: Uint8Array;
  layer: string;
  /** Activity of each layer of the network over all pictures. */
  activity: (LayerActivity & { layer: string })[];
}

/**
 * Draws the maps of one layer (the first one by default), and measures the activity of all layers over all pictures.
 * Rejects with ERR_USAGE for an unknown layer and if there are no pictures.
 */
export async function activationSheet(
  bundle: Bundle,
  inputs: Inputs,
  layerName: string | undefined,
): Promise<ActivationSheet> {
  const layers = layersOf(bundle);
  const shown = layerName === undefined ? layers[0] : layerNamed(bundle, layerName);
  if (shown === undefined)
    throw new PerceptionError('ERR_USAGE', `${bundle.where}: expected convolutions, found none`);
  const watched = WatchedLayers.open(bundle, layers);
  try {
    const counts = layers.map(() => new ActivityCount());
    let first: { id: string; maps: LayerMaps; input: Float32Array } | undefined;
    for await (const { id, input } of inputs) {
      const maps = watched.maps(input);
      for (const [i, count] of counts.entries()) count.add(maps[i]!);
      first ??= { id, input, maps: maps[layers.findIndex(({ name }) => name === shown.name)]! };
    }
    if (first === undefined) throw noPictures();
    const activity = layers.map(({ name }, i) => ({ layer: name, ...counts[i]!.found }));
    const { dead } = activity.find(({ layer }) => layer === shown.name)!;
    const seen = inputPicture(bundle.manifest.input.spec, first.input);
    const tiles = mapTiles(first.maps, dead, seen);
    const words = `${shown.name}: ${first.maps.channels} filters of ${first.maps.rows}x${first.maps.columns}, ${dead.length} dead (red)`;
    const png = await tileSheet(tiles, { title: words, tilePx: 96 });
    return { png, layer: shown.name, activity };
  } finally {
    watched.release();
  }
}

function mapTiles(maps: LayerMaps, dead: readonly number[], seen: RgbImage): Tile[] {
  const { rows, columns, channels } = maps;
  const count = Math.min(channels, mostTiles);
  const tiles = Array.from({ length: count }, (_, channel) => {
    const values = mapOf(maps, channel);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const picture = glowPicture(values, columns, rows, least, most);
    const isMarked = dead.includes(channel);
    return { picture, words: `${channel}: ${most.toPrecision(2)}`, isMarked };
  });
  return [{ picture: seen, words: 'as it sees' }, ...tiles];
}

export interface WeightSheet {
  png: Uint8Array;
  layer: string;
  filters: number;
  /** Mean of filterNoise over the filters whose weights differ; chance gives 2. */
  noise: number;
  /** Filters that are smoother than 19 of 20 shuffles of their own weights, and filters whose weights are all equal. */
  smooth: number;
  flat: number;
}

/** Draws the weights of the first convolution. Throws as firstFilters does. */
export async function weightSheet(bundle: Bundle): Promise<WeightSheet> {
  const { layer, filters } = firstFilters(bundle);
  const { colour } = bundle.manifest.input.spec;
  const noises = filters.flatMap(({ noise }) => (noise === undefined ? [] : [noise]));
  const noise = noises.reduce((sum, each) => sum + each, 0) / Math.max(1, noises.length);
  const smooth = filters.filter((filter) => isSmooth(filter));
  const tiles = filters.map((filter, i) => ({
    picture: filterPicture(filter, colour),
    words: `${i}: ${filter.noise?.toFixed(2) ?? 'flat'}${smooth.includes(filter) ? ' smooth' : ''}`,
  }));
  const title = `${layer}: noise ${noise.toFixed(2)} (by chance 2)`;
  const png = await tileSheet(tiles, { title, tilePx: 96 });
  const flat = filters.length - noises.length;
  return { png, layer, filters: filters.length, noise, smooth: smooth.length, flat };
}

export interface NeuronSheet {
  png: Uint8Array;
  layer: string;
  channel: number;
  /** The pictures that excite it most, and its largest answer to each. */
  exciting: { id: string; answer: number }[];
  pictures: number;
  /** Its mean answer to the input made by ascent, and to the grey noise that the ascent began with. */
  madeAnswer: number;
  noiseAnswer: number;
}

/**
 * The pictures that excite one filter most, each with the place, and an input made by ascent. Rejects with ERR_USAGE
 * for an unknown layer or channel, a filter that no input changes, and if there are no pictures.
 */
export async function neuronSheet(
  bundle: Bundle,
  inputs: Inputs,
  layerName: string,
  channel: number,
): Promise<NeuronSheet> {
  const layer = layerNamed(bundle, layerName);
  const { spec } = bundle.manifest.input;
  const watched = WatchedLayers.open(bundle, [layer]);
  let best: (Required<Pick<Tile, 'picture' | 'placeNorm'>> & { id: string; answer: number })[] = [];
  let pictures = 0;
  try {
    for await (const { id, input } of inputs) {
      const [maps] = watched.maps(input) as [LayerMaps];
      requireChannel(layer, channel, maps.channels);
      pictures++;
      const values = mapOf(maps, channel);
      const place = values.reduce((top, value, i) => (value > values[top]! ? i : top), 0);
      const answer = values[place]!;
      if (best.length === mostExciting && answer <= best.at(-1)!.answer) continue;
      const picture = inputPicture(spec, input);
      const column = place % maps.columns;
      const row = (place - column) / maps.columns;
      const placeNorm = [(column + 0.5) / maps.columns, (row + 0.5) / maps.rows] as const;
      best = [...best, { id, answer, picture, placeNorm }]
        .sort((a, b) => b.answer - a.answer)
        .slice(0, mostExciting);
    }
  } finally {
    watched.release();
  }
  if (pictures === 0) throw noPictures();
  const made = exciteFilter(bundle, layer, channel);
  const tiles: Tile[] = [
    { picture: inputPicture(spec, made.input), words: 'made by ascent', isMarked: true },
    ...best.map(({ id, answer, picture, placeNorm }) => ({
      ...{ picture, placeNorm },
      words: `${answer.toPrecision(3)} ${id.split('/').at(-1)}`.slice(0, 34),
    })),
  ];
  const title = `${layer.name}, filter ${channel}: what excites it most of ${pictures} pictures`;
  const png = await tileSheet(tiles, { title, tilePx: 200, columns: 4 });
  return {
    ...{ png, layer: layer.name, channel, pictures },
    exciting: best.map(({ id, answer }) => ({ id, answer })),
    madeAnswer: made.answer,
    noiseAnswer: made.answerAtFirst,
  };
}

function requireChannel(layer: Layer, channel: number, channels: number): void {
  if (channel < channels) return;
  throw new PerceptionError(
    'ERR_USAGE',
    `--channel: expected 0 to ${channels - 1} of ${layer.name}, found ${channel}`,
  );
}

const noPictures = () =>
  new PerceptionError('ERR_USAGE', 'expected pictures to look at, found none');
