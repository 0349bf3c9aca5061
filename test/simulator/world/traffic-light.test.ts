import { expect, test } from 'vitest';
import { type Assets, loadAssets } from '../../../simulator/world/assets.js';
import type { Part } from '../../../simulator/world/prop.js';
import { Random } from '../../../simulator/world/random.js';
import { Road } from '../../../simulator/world/road.js';
import { lightStateAt, makeTrafficLight } from '../../../simulator/world/traffic-light.js';

const road = new Road(new Float64Array(100), []);

function headOf(assets: Assets, seed: number, staysGreen = false): Part {
  const place = { sM: 20, dM: -4, yawRad: Math.PI };
  const props = makeTrafficLight(assets, road, new Random(seed), place, 0, staysGreen);
  return props.flatMap(({ parts }) => parts).find(({ detection }) => detection)!;
}

/** Which lamps of a light shine, from the top, at a time. */
function litAt(assets: Assets, seed: number, timeS: number, staysGreen = false): boolean[] {
  const head = headOf(assets, seed, staysGreen);
  const surfaces = head.surfacesAt?.(timeS) ?? head.surfaces;
  return surfaces.slice(1, 4).map(({ glow }) => glow === 1);
}

test('a light goes from red over red and amber to green, over amber back to red, and begins again', () => {
  const states = Array.from({ length: 88 }, (_, second) => lightStateAt(0, second + 0.5));
  const changes = states.filter((state, index) => state !== states[index - 1]);
  expect(changes).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  expect(states.filter((state) => state === 1)).toHaveLength(2);
  expect(states.slice(0, 44)).toEqual(states.slice(44));
});

test('a scene begins with what was drawn, and in half a minute the light shows something else', async () => {
  const assets = await loadAssets();
  const begun = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const head = headOf(assets, seed);
    expect(head.surfacesAt!(0)).toBe(head.surfaces);
    begun.add(litAt(assets, seed, 0).join());
    expect(litAt(assets, seed, 23)).not.toEqual(litAt(assets, seed, 0));
  }
  expect(begun.size).toBe(4);
});

test('for an ego car that does not look it stays green', async () => {
  const assets = await loadAssets();
  for (const timeS of [0, 10, 30])
    expect(litAt(assets, 3, timeS, true)).toEqual([false, false, true]);
});
