import type { Task } from '../../src/bundle/manifest.js';
import type { CameraModel } from '../../src/calibration/camera-model.js';
import type { GradientMethod } from '../../src/explanation/explain-methods.js';
import type { AnsweredHeat, ExplainQuestion } from '../../src/explanation/explain-protocol.js';
import type { DecodedPicture } from '../rerun/decode-picture.js';
import type { Explained } from './explain-protocol.js';

interface Asked {
  task: Task;
  method: GradientMethod;
  picture: DecodedPicture;
  camera: CameraModel | undefined;
  pointPx?: readonly [number, number];
}

/** Requests a heat map from the page's server; see ExplainQuestion. Rejects with the server's error. */
export async function askServer({ picture, camera, ...rest }: Asked): Promise<Explained> {
  const { widthPx, heightPx, data } = picture;
  const question: ExplainQuestion = { ...rest, widthPx, heightPx, ...(camera && { camera }) };
  const response = await fetch(
    `/explain/heat?question=${encodeURIComponent(JSON.stringify(question))}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: data as Uint8Array<ArrayBuffer>,
    },
  );
  if (!response.ok) throw new Error((await response.text()).trim());
  const bytes = new Uint8Array(await response.arrayBuffer());
  const end = bytes.indexOf(10);
  const { answer, columns, rows } = JSON.parse(
    new TextDecoder().decode(bytes.subarray(0, end)),
  ) as AnsweredHeat;
  return { answer, heat: { columns, rows, values: bytes.slice(end + 1) } };
}
