import { mulberry32 } from '../../src/bundle/golden.js';
import { QuadTree } from './quad-tree.js';
import { affinities, type SparseAffinities } from './tsne-affinities.js';
import { repulsionExactly } from './tsne-exact.js';

export interface TsneOptions {
  /** Approximate number of neighbours of a point; 5 to 50. */
  perplexity?: number;
  iterations?: number;
  /** 0 computes every pair; larger values group more of the far points (Barnes-Hut); 0.5 is usual. */
  theta?: number;
  seed?: number;
}

/** Attraction is stronger at first, so that clusters form. */
const exaggeration = 12;
const exaggeratedIterations = 250;
const momentum = { early: 0.5, late: 0.8 } as const;
const leastGain = 0.01;

/**
 * Places points on a plane so that neighbours stay neighbours: t-SNE (van der Maaten and Hinton 2008), with van der
 * Maaten's tree approximation (2014) if `theta` is above 0. `data` is row-major, `dims` numbers per row.
 * Returns x and y of each row. The same seed gives the same map.
 */
export function tsne(
  data: Float32Array,
  dims: number,
  { perplexity = 30, iterations = 1000, theta = 0.5, seed = 1 }: TsneOptions = {},
): Float64Array {
  const count = data.length / dims;
  if (count < 3) return new Float64Array(2 * count);
  const random = mulberry32(seed);
  const near = affinities(data, dims, Math.min(perplexity, (count - 1) / 3));
  const places = Float64Array.from({ length: 2 * count }, () => (random() - 0.5) * 1e-4);
  const speed = new Float64Array(2 * count);
  const gains = new Float64Array(2 * count).fill(1);
  const gradient = new Float64Array(2 * count);
  // Belkina et al. 2019: grows with the number of points.
  const rate = Math.max(50, count / exaggeration / 4);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const isEarly = iteration < Math.min(exaggeratedIterations, iterations / 4);
    gradientOf(near, places, theta, isEarly ? exaggeration : 1, gradient);
    const kept = isEarly ? momentum.early : momentum.late;
    for (let i = 0; i < places.length; i++) {
      const isTurning = gradient[i]! > 0 === speed[i]! > 0;
      gains[i] = Math.max(leastGain, isTurning ? gains[i]! * 0.8 : gains[i]! + 0.2);
      speed[i] = kept * speed[i]! - rate * gains[i]! * gradient[i]!;
      places[i]! += speed[i]!;
    }
    centre(places);
  }
  return places;
}

/** 4 * (attraction - repulsion), eq. 8 of van der Maaten 2014. */
function gradientOf(
  { starts, neighbours, shares }: SparseAffinities,
  places: Float64Array,
  theta: number,
  pull: number,
  gradient: Float64Array,
): void {
  const count = places.length / 2;
  const repulsion = new Float64Array(places.length);
  const sum =
    theta > 0
      ? new QuadTree(places).repulsion(theta, repulsion)
      : repulsionExactly(places, repulsion);
  for (let i = 0; i < count; i++) {
    const [x, y] = [places[2 * i]!, places[2 * i + 1]!];
    let [pullX, pullY] = [0, 0];
    for (let at = starts[i]!; at < starts[i + 1]!; at++) {
      const j = neighbours[at]!;
      const [dx, dy] = [x - places[2 * j]!, y - places[2 * j + 1]!];
      const force = (pull * shares[at]!) / (1 + dx * dx + dy * dy);
      pullX += force * dx;
      pullY += force * dy;
    }
    gradient[2 * i] = 4 * (pullX - repulsion[2 * i]! / sum);
    gradient[2 * i + 1] = 4 * (pullY - repulsion[2 * i + 1]! / sum);
  }
}

function centre(places: Float64Array): void {
  const count = places.length / 2;
  for (const axis of [0, 1]) {
    let mean = 0;
    for (let i = axis; i < places.length; i += 2) mean += places[i]! / count;
    for (let i = axis; i < places.length; i += 2) places[i]! -= mean;
  }
}
