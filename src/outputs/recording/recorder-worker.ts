import { parentPort } from 'node:worker_threads';
import { toPostedError } from '../../capture/capture-messages.js';
import { DriveRecorder } from './drive-recorder.js';
import type { RecorderAnswer, RecorderEnd, RecorderRequest } from './recorder-messages.js';

const port = parentPort!;
const answer = (message: RecorderAnswer): void => port.postMessage(message);
let recorder: DriveRecorder | undefined;

port.on('message', (request: RecorderRequest) => void take(request));

async function take(request: RecorderRequest): Promise<void> {
  switch (request.type) {
    case 'open':
      try {
        recorder = await DriveRecorder.create(request.options);
        answer({ type: 'opened' });
      } catch (error) {
        answer({ type: 'opened', error: toPostedError(error) });
      }
      break;
    case 'message': {
      const { topic, stampNs, payload, of } = request;
      await written(topic, () =>
        'group' in of
          ? recorder!.groupMessage(topic, stampNs, payload, of.group)
          : recorder!.message(topic, stampNs, payload, of.camera),
      );
      break;
    }
    case 'picture': {
      const { topic, stampNs, pixels, coded, of } = request;
      const { camera } = of;
      const onRead = () => answer({ type: 'read', camera });
      const write = () => recorder!.picture(stampNs, { pixels, coded }, onRead, camera);
      await written(topic, write, camera);
      break;
    }
    case 'keep':
      recorder?.keep();
      break;
    case 'end':
      try {
        await end(request.how);
        answer({ type: 'ended', files: recorder?.files ?? [] });
      } catch (error) {
        answer({ type: 'ended', error: toPostedError(error) });
      }
      port.close();
  }
}

async function written(
  topic: Extract<RecorderAnswer, { type: 'written' }>['topic'],
  write: () => Promise<void>,
  camera?: number,
): Promise<void> {
  const about = { topic, ...(camera !== undefined && { camera }) };
  try {
    await write();
    answer({ type: 'written', ...about });
  } catch (error) {
    answer({ type: 'written', ...about, error: toPostedError(error) });
  }
}

async function end(how: RecorderEnd): Promise<void> {
  if (how === 'leave') await recorder?.leave();
  else if (how === 'abort') await recorder?.abort();
  else await recorder?.close({ isCutShort: how === 'cut' });
}
