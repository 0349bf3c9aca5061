import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { tasks } from '../../../src/bundle/manifest.js';
import { cameraKinds, distortionCounts } from '../../../src/calibration/camera-model.js';
import { hasErrorCode, PerceptionError } from '../../../src/frame/perception-error.js';
import { type ExplainQuestion, servedMethods } from '../../../src/outputs/page/explain-protocol.js';
import { securityHeaders } from '../../../src/outputs/page/security.js';
import type { HeatThread } from './heat-thread.js';

/** A frame of 8192 x 4096; a question is read only where its size is within. */
const maxPixels = 8192 * 4096;
const size = z.int().positive().max(8192);
const finite = z.number().refine(Number.isFinite);
const questionSchema = z.strictObject({
  task: z.enum(tasks),
  method: z.enum(Object.keys(servedMethods) as (keyof typeof servedMethods)[]),
  widthPx: size,
  heightPx: size,
  camera: z
    .object({
      kind: z.enum(cameraKinds),
      ...{ widthPx: size, heightPx: size, fxPx: finite, fyPx: finite, cxPx: finite, cyPx: finite },
      distortion: z.array(finite).max(8),
    })
    .refine(({ kind, distortion }) => distortion.length === distortionCounts[kind])
    .optional(),
  pointPx: z.tuple([finite, finite]).optional(),
});

/**
 * Answers `POST /explain/heat` (see ExplainQuestion) for a page's server, which has checked who asks. Resolves with false where
 * there is nothing of that name; what cannot be explained is 400, with the reason.
 */
export async function answerExplain(
  thread: Pick<HeatThread, 'explain'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
  if (request.method !== 'POST' || pathname !== '/explain/heat') return false;
  try {
    // A form of another page cannot send this type without being asked first.
    if (request.headers['content-type'] !== 'application/octet-stream')
      throw usage('pixels of application/octet-stream', request.headers['content-type'] ?? 'none');
    const question = questionOf(searchParams.get('question') ?? '');
    const pixels = await readPixels(request, question);
    const { heat, values } = await thread.explain({ question, pixels });
    send(response, 200, 'application/octet-stream', [
      Buffer.from(`${JSON.stringify(heat)}\n`),
      values,
    ]);
  } catch (error) {
    if (!hasErrorCode(error)) throw error;
    send(response, 400, 'text/plain; charset=utf-8', [Buffer.from(error.message)]);
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
  if (parsed.data.widthPx * parsed.data.heightPx > maxPixels)
    throw usage(`at most ${maxPixels} pixels`, `${parsed.data.widthPx}x${parsed.data.heightPx}`);
  return parsed.data as ExplainQuestion;
}

async function readPixels(
  request: IncomingMessage,
  { widthPx, heightPx }: ExplainQuestion,
): Promise<Uint8Array> {
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

function send(
  response: ServerResponse,
  status: number,
  contentType: string,
  parts: readonly Uint8Array[],
): void {
  const headers = { ...securityHeaders, 'content-type': contentType, 'cache-control': 'no-store' };
  response.writeHead(status, headers).end(Buffer.concat(parts));
}
