import { makeTexture, packRgba, type Texture } from '../../rendering/raster/texture.js';
import { Random } from '../random.js';
import { facadeTexture, roofTexture, shopTexture } from './facade.js';
import { bareTreeTexture, coniferTexture, crownTexture } from './foliage.js';
import { asphaltTexture, meadowTexture, pavingTexture } from './ground.js';

/** Every texture that scenes use, made once per process from a fixed seed; scenes tint and choose. */
export interface TextureLibrary {
  asphalts: Texture[];
  meadows: Texture[];
  pavings: Texture[];
  gravel: Texture;
  facades: Texture[];
  shops: Texture[];
  roofs: Texture[];
  crowns: Texture[];
  conifers: Texture[];
  bareTrees: Texture[];
  hedges: Texture[];
  /** A grey gradient, lighter at the top: multiplied with a body's paint it makes a flat panel look round. */
  bodySheen: Texture;
  /** Dark glass that mirrors a bright sky at its top. */
  glass: Texture;
  chainLink: Texture;
  /** Pavements of cities: worn concrete, asphalt with stains, small and large slabs. */
  cityPavings: Texture[];
  /** Red and white, slanting: beacons and barriers. */
  stripes: Texture;
}

/** Builds the library: about half a second. */
export function makeTextureLibrary(): TextureLibrary {
  const random = new Random(20, 4);
  return {
    asphalts: [96, 112, 128, 84].map((grey, i) => asphaltTexture(random, grey, i % 2)),
    meadows: [
      meadowTexture(random, [88, 116, 52], [122, 134, 66]),
      meadowTexture(random, [70, 98, 44], [104, 120, 60]),
      meadowTexture(random, [150, 138, 84], [112, 118, 62]),
      meadowTexture(random, [126, 104, 78], [142, 128, 92]),
    ],
    pavings: [
      pavingTexture(random, 0.5, 0.5, [158, 154, 148]),
      pavingTexture(random, 0.2, 0.1, [150, 128, 116]),
      pavingTexture(random, 0.8, 0.4, [140, 138, 136]),
    ],
    gravel: meadowTexture(random, [138, 130, 118], [116, 108, 94]),
    facades: [
      facadeTexture(random, [204, 194, 172], false),
      facadeTexture(random, [150, 84, 62], true),
      facadeTexture(random, [188, 164, 120], true),
      facadeTexture(random, [226, 222, 212], false),
      facadeTexture(random, [168, 172, 176], false),
      facadeTexture(random, [120, 78, 62], true),
      facadeTexture(random, [214, 176, 132], false),
      facadeTexture(random, [132, 134, 138], false),
    ],
    shops: [
      shopTexture(random, [188, 182, 172]),
      shopTexture(random, [120, 84, 66]),
      shopTexture(random, [214, 208, 198]),
    ],
    roofs: [
      roofTexture(random, [142, 74, 54]),
      roofTexture(random, [92, 84, 82]),
      roofTexture(random, [116, 82, 66]),
    ],
    crowns: (
      [
        [98, 124, 54],
        [78, 108, 48],
        [112, 128, 62],
        [134, 118, 58],
        [74, 98, 56],
        [150, 104, 48],
      ] as const
    ).map((leaf) => crownTexture(random, leaf)),
    conifers: (
      [
        [62, 86, 54],
        [50, 74, 50],
      ] as const
    ).map((leaf) => coniferTexture(random, leaf)),
    bareTrees: (
      [
        [88, 76, 66],
        [66, 58, 52],
        [104, 92, 80],
      ] as const
    ).map((bark) => bareTreeTexture(random, bark)),
    hedges: [
      meadowTexture(random, [58, 84, 40], [84, 104, 52]),
      meadowTexture(random, [74, 94, 46], [50, 70, 38]),
    ],
    bodySheen: gradientTexture([148, 148, 150], [255, 255, 255]),
    glass: gradientTexture([24, 28, 32], [104, 116, 128]),
    chainLink: chainLinkTexture(),
    cityPavings: cityPavings(new Random(20, 5)),
    stripes: stripesTexture(),
  };
}

function cityPavings(random: Random): Texture[] {
  return [
    asphaltTexture(random, 118, 1),
    asphaltTexture(random, 142, 1),
    pavingTexture(random, 0.6, 0.4, [148, 145, 140]),
    pavingTexture(random, 0.3, 0.3, [134, 131, 127]),
    pavingTexture(random, 1, 0.8, [156, 153, 147]),
    pavingTexture(random, 0.1, 0.1, [112, 110, 108]),
    pavingTexture(random, 0.5, 0.5, [128, 120, 112]),
  ];
}

function stripesTexture(): Texture {
  const texels = new Uint32Array(64 * 64);
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 64; x++) {
      const isRed = ((x + y) & 63) < 32;
      texels[y * 64 + x] = isRed ? packRgba(206, 34, 34) : packRgba(240, 240, 238);
    }
  }
  return makeTexture(texels, 64, 64);
}

type Rgb = readonly [number, number, number];

/** v = 0 is the bottom, v = 1 the top. */
function gradientTexture(bottom: Rgb, top: Rgb): Texture {
  const texels = new Uint32Array(16 * 16);
  for (let i = 0; i < texels.length; i++) {
    const t = ((i >> 4) + 0.5) / 16;
    texels[i] = packRgba(
      bottom[0] + (top[0] - bottom[0]) * t,
      bottom[1] + (top[1] - bottom[1]) * t,
      bottom[2] + (top[2] - bottom[2]) * t,
    );
  }
  return makeTexture(texels, 16, 16);
}

function chainLinkTexture(): Texture {
  const texels = new Uint32Array(64 * 64);
  for (let y = 0; y < 64; y++) {
    for (let x = 0; x < 64; x++) {
      const onWire = (x + y) % 16 < 3 || (x - y + 64) % 16 < 3;
      texels[y * 64 + x] = packRgba(96, 104, 98, onWire ? 255 : 0);
    }
  }
  return makeTexture(texels, 64, 64, 1.35);
}
