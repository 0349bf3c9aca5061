import { decodePicture } from '../rerun/decode-picture.js';
import { loadWebRuntime } from '../rerun/onnxruntime-web.js';
import { openOrigin } from '../rerun/open-origin.js';
import { askServer } from './ask-server.js';
import { type ExplainAnswer, type ExplainRequest, isLocal } from './explain-protocol.js';
import { Explainer } from './explainer.js';

/** Explains answers outside the page's thread and the one that re-runs networks: a search takes seconds. */
let explainer: Explainer | undefined;
let newestId = 0;
let queue = Promise.resolve();

class Overtaken extends Error {}

self.onmessage = ({ data }: MessageEvent<ExplainRequest>) => {
  newestId = data.id;
  queue = queue.then(async () => {
    const answer = await carryOut(data).catch((error: unknown) =>
      error instanceof Overtaken
        ? { isOvertaken: true }
        : { error: error instanceof Error ? error.message : String(error) },
    );
    self.postMessage({ id: data.id, ...answer } as ExplainAnswer);
  });
};

async function carryOut(request: ExplainRequest): Promise<object> {
  const { id } = request;
  if (request.kind === 'load') {
    const bundles = await Promise.all(request.urls.map((url) => openOrigin({ url })));
    // WebAssembly, so that the graphics card is left to re-running the networks.
    explainer = new Explainer(await loadWebRuntime('wasm'), bundles);
    return { loaded: explainer.explainable };
  }
  refuseOvertaken(id);
  const { frame, task, method, pointPx } = request;
  const picture = await decodePicture(frame.picture);
  const asked = { task, camera: frame.camera, picture, ...(pointPx && { pointPx }) };
  if (!isLocal(method)) return { explained: await askServer({ ...asked, method }) };
  const explained = await explainer!.explain({
    ...{ ...asked, method },
    async onProgress(done, total) {
      if (done % 4 !== 0) return;
      self.postMessage({ id, progress: { done, total } } satisfies ExplainAnswer);
      // WebAssembly runs block messages: a newer question arrives here.
      await new Promise((resolve) => setTimeout(resolve));
      refuseOvertaken(id);
    },
  });
  return { explained };
}

function refuseOvertaken(id: number): void {
  if (id !== newestId) throw new Overtaken();
}
