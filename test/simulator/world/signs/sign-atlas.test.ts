import { beforeAll, expect, test } from 'vitest';
import { Random } from '../../../../simulator/world/random.js';
import {
  loadSignAtlas,
  type SignAtlas,
  signFacePx,
  wornSign,
} from '../../../../simulator/world/signs/sign-atlas.js';
import { signClasses } from '../../../../src/perception/classes.js';

let atlas: SignAtlas;
beforeAll(async () => {
  atlas = await loadSignAtlas();
});

/** Share of pixels, plate or not, that differ clearly between two faces. */
function difference(a: number, b: number): number {
  const first = atlas.faces[a]!.levels[0]!.texels;
  const second = atlas.faces[b]!.levels[0]!.texels;
  let differing = 0;
  for (let i = 0; i < first.length; i++) {
    const [p, q] = [first[i]!, second[i]!];
    const distance = [0, 8, 16, 24].reduce(
      (sum, shift) => sum + Math.abs(((p >>> shift) & 255) - ((q >>> shift) & 255)),
      0,
    );
    if (distance > 120) differing++;
  }
  return differing / first.length;
}

test('there are 43 faces, and no two look alike', () => {
  expect(atlas.faces).toHaveLength(signClasses.length);
  for (let a = 0; a < signClasses.length; a++) {
    for (let b = a + 1; b < signClasses.length; b++) {
      expect(difference(a, b), `${signClasses[a]} and ${signClasses[b]}`).toBeGreaterThan(0.02);
    }
  }
});

test('faces have the outline of their shape and air around it', () => {
  const alphaAt = (name: (typeof signClasses)[number], x: number, y: number): number =>
    atlas.faces[signClasses.indexOf(name)]!.levels[0]!.texels[y * signFacePx + x]! >>> 24;
  expect(alphaAt('yield', 10, 18)).toBe(255);
  expect(alphaAt('yield', 10, 110)).toBe(0);
  expect(alphaAt('general_caution', 10, 18)).toBe(0);
  expect(alphaAt('general_caution', 10, 110)).toBe(255);
  expect(alphaAt('priority_road', 64, 64)).toBe(255);
  expect(alphaAt('priority_road', 16, 16)).toBe(0);
  expect(alphaAt('stop', 12, 12)).toBe(0);
  expect(alphaAt('speed_limit_50', 64, 6)).toBe(255);
});

test('left and right pairs are mirror images', () => {
  const pairs = [
    ['dangerous_curve_left', 'dangerous_curve_right'],
    ['turn_left_ahead', 'turn_right_ahead'],
    ['keep_left', 'keep_right'],
    ['go_straight_or_left', 'go_straight_or_right'],
  ] as const;
  for (const [left, right] of pairs) {
    const a = atlas.faces[signClasses.indexOf(left)]!.levels[0]!.texels;
    const b = atlas.faces[signClasses.indexOf(right)]!.levels[0]!.texels;
    let same = 0;
    for (let i = 0; i < a.length; i++) {
      const mirrored = i - (i % signFacePx) + (signFacePx - 1 - (i % signFacePx));
      if (Math.abs((a[i]! & 255) - (b[mirrored]! & 255)) < 60) same++;
    }
    expect(same / a.length).toBeGreaterThan(0.99);
  }
});

test('wear changes the face but not its outline, and not the face it was made from', () => {
  const face = atlas.faces[14]!;
  const before = face.levels[0]!.texels.slice();
  const worn = wornSign(face, new Random(4), 1).levels[0]!.texels;
  expect(worn).not.toEqual(before);
  expect(worn.map((texel) => texel >>> 24)).toEqual(before.map((texel) => texel >>> 24));
  expect(face.levels[0]!.texels).toEqual(before);
});
