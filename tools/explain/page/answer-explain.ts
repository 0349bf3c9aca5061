import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { tasks } from '../../../src/bundle/manifest.js';
import {
  type CameraModel,
  cameraKinds,
  distortionCounts,
} from '../../../src/calibration/camera-model.js';
import { checkCameraCalibration } from '../../../src/calibration/check-camera-calibration.js';
import { gradientMethods } from '../../../src/explanation/explain-methods.js';
import type { ExplainQuestion } from '../../../src/explanation/explain-protocol.js';
import { hasErrorCode, PerceptionError } from '../../../src/frame/perception-error.js';
import { send } from '../../../src/outputs/page/send.js';
import type { HeatThread } from './heat-thread.js';

/** Largest accepted frame: 8192 x 4096 pixels. The body is read only if the size is within this. */
const maxPixels = 8192 * 4096;
const size = z.int().positive().max(8192);
/** The camera's numbers are checked by checkCameraCalibration. */
const cameraSchema = z
  .object({
    kind: z.enum(cameraKinds),
    ...{ widthPx: z.number(), heightPx: z.number() },
    ...{ fxPx: z.number(), fyPx: z.number(), cxPx: z.number(), cyPx: z.number() },
    distortion: z.array(z.number()).max(8),
  })
  .refine(({ kind, distortion }) => distortion.length === distortionCounts[kind]);
const questionSchema = z.strictObject({
  task: z.enum(tasks),
  method: z.enum(gradientMethods),
  widthPx: size,
  heightPx: size,
  camera: cameraSchema.optional(),
  pointPx: z.tuple([z.number(), z.number()]).optional(),
});

/**
 * Answers `POST /explain/heat` (see ExplainQuestion) for a page's server, which has authorised the request. Resolves
 * with false for other paths; answers 400 with the reason if nothing can be explained.
 */
export async function answerExplain(
  thread: Pick<HeatThread, 'explain'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
  if (request.method !== 'POST' || pathname !== '/explain/heat') return false;
  try {
    // A form of another site cannot send this type without a preflight request.
    if (request.headers['content-type'] !== 'application/octet-stream')
      throw usage('pixels of application/octet-stream', request.headers['content-type'] ?? 'none');
    const question = questionOf(searchParams.get('question') ?? '');
    const read = () => readPixels(request, question);
    const { heat, values } = await thread.explain(question, read);
    const head = Buffer.from(`${JSON.stringify(heat)}\n`);
    send(response, 200, 'application/octet-stream', Buffer.concat([head, values]));
  } catch (error) {
    if (!hasErrorCode(error)) throw error;
    send(response, 400, 'text/plain; charset=utf-8', error.message);
  }
  return true;
}

function questionOf(text: string): ExplainQuestion {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw usage('a question in JSON', 'none');
  }
  const parsed = questionSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw usage('a question about a picture', `${issue!.path.join('.')}: ${issue!.message}`);
  }
  const { camera, pointPx, ...rest } = parsed.data;
  if (rest.widthPx * rest.heightPx > maxPixels)
    throw usage(`at most ${maxPixels} pixels`, `${rest.widthPx}x${rest.heightPx}`);
  return { ...rest, ...(camera && { camera: judged(camera) }), ...(pointPx && { pointPx }) };
}

/** Throws ERR_CALIBRATION if the numbers cannot be a camera's. */
function judged({ kind, fxPx, fyPx, cxPx, cyPx, ...rest }: CameraModel): CameraModel {
  return checkCameraCalibration(
    {
      ...{ width: rest.widthPx, height: rest.heightPx, D: rest.distortion },
      distortionModel: kind === 'pinhole' ? '' : kind,
      K: [fxPx, 0, cxPx, 0, fyPx, cyPx, 0, 0, 1],
    },
    'camera',
  );
}

async function readPixels(
  request: IncomingMessage,
  { widthPx, heightPx }: ExplainQuestion,
): Promise<Uint8Array<ArrayBuffer>> {
  const expected = widthPx * heightPx * 3;
  const told = Number(request.headers['content-length']);
  if (told !== expected) throw usage(`${expected} bytes of rgb8`, `${told}`);
  const pixels = new Uint8Array(expected);
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    if (length + part.length > expected) throw usage(`${expected} bytes of rgb8`, 'more');
    pixels.set(part, length);
    length += part.length;
  }
  if (length !== expected) throw usage(`${expected} bytes of rgb8`, `${length}`);
  return pixels;
}

const usage = (expected: string, found: string) =>
  new PerceptionError('ERR_USAGE', `expected ${expected}, found ${found}`);
