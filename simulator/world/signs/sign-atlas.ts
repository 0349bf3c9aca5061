import { decodeImage } from '../../../src/codec/image-codec.js';
import {
  drawFace,
  drawMask,
  type SignShape,
  signDrawings,
} from '../../../tools/sign-drawings/sign-drawings.js';
import { makeTexture, packRgba, type Texture } from '../../rendering/raster/texture.js';
import type { Random } from '../random.js';

/** Size of the faces in the atlas, pixels. */
export const signFacePx = 128;

/** The faces of the 43 signs with their outlines in the alpha channel, and the grey backs of the five shapes. */
export interface SignAtlas {
  faces: Texture[];
  shapes: SignShape[];
  backs: Record<SignShape, Texture>;
}

/** Rasterizes all drawings once; the same bytes for the same version of the rasterizing library. */
export async function loadSignAtlas(): Promise<SignAtlas> {
  const shapes: SignShape[] = ['circle', 'triangle', 'yield', 'octagon', 'diamond'];
  const masks = new Map<SignShape, Uint8Array>();
  const backs = {} as Record<SignShape, Texture>;
  for (const shape of shapes) {
    const { data } = await decodeImage(Buffer.from(drawMask(shape)));
    masks.set(shape, data);
    backs[shape] = withMask(new Uint8Array(data.length).fill(150), data);
  }
  const faces = await Promise.all(
    signDrawings.map(async (drawing) => {
      const { data } = await decodeImage(Buffer.from(drawFace(drawing)));
      return withMask(data, masks.get(drawing.shape)!);
    }),
  );
  return { faces, shapes: signDrawings.map((drawing) => drawing.shape), backs };
}

function withMask(rgb: Uint8Array, mask: Uint8Array): Texture {
  const texels = new Uint32Array(signFacePx * signFacePx);
  for (let i = 0; i < texels.length; i++) {
    texels[i] = packRgba(rgb[3 * i]!, rgb[3 * i + 1]!, rgb[3 * i + 2]!, mask[3 * i]!);
  }
  return makeTexture(texels, signFacePx, signFacePx);
}

/** A face that has aged: `wear` 0 is new, 1 has stood for long in the sun next to a dirty road. */
export function wornSign(face: Texture, random: Random, wear: number): Texture {
  const from = face.levels[0]!.texels;
  const texels = new Uint32Array(from.length);
  const bleach = wear * random.range(0, 0.45);
  const [warmR, warmG, warmB] = [196, 188, 172];
  const spots = Array.from({ length: Math.round(wear * 7) }, () => ({
    x: random.range(0, signFacePx),
    y: random.range(0, signFacePx),
    radius: random.range(3, 17),
    dark: random.range(0.1, 0.5) * wear,
  }));
  const shadeFrom = random.range(0.5, 1.2);
  for (let y = 0; y < signFacePx; y++) {
    // Rain leaves dirt towards the lower edge.
    const grime = 1 - wear * 0.3 * Math.max(0, y / signFacePx - shadeFrom) * 2;
    for (let x = 0; x < signFacePx; x++) {
      const at = y * signFacePx + x;
      const texel = from[at]!;
      let tone = grime;
      for (const spot of spots) {
        const dx = x - spot.x;
        const dy = y - spot.y;
        if (dx * dx + dy * dy < spot.radius * spot.radius) tone *= 1 - spot.dark;
      }
      texels[at] = packRgba(
        ((texel & 255) * (1 - bleach) + warmR * bleach) * tone,
        (((texel >>> 8) & 255) * (1 - bleach) + warmG * bleach) * tone,
        (((texel >>> 16) & 255) * (1 - bleach) + warmB * bleach) * tone,
        texel >>> 24,
      );
    }
  }
  return makeTexture(texels, signFacePx, signFacePx);
}
