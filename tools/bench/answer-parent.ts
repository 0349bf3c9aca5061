import { hasErrorCode } from '../../src/frame/perception-error.js';
import type { ChildAnswer } from './run-child.js';

/** The child's side of runChild: takes the one request, answers with what `measure` resolves with, and ends. */
export function answerParent<Request, Result>(measure: (request: Request) => Promise<Result>) {
  // The parent is gone. Only a kill ends threads that run inside the runtime.
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.once('message', (request) => {
    measure(request as Request).then(
      (result) => send({ type: 'done', result }),
      (error: unknown) =>
        send({
          type: 'failed',
          code: hasErrorCode(error) ? error.code : 'ERR_INTERNAL',
          message: error instanceof Error ? error.message : String(error),
        }),
    );
  });
  const send = (answer: ChildAnswer<Result>) => {
    process.removeAllListeners('disconnect');
    process.send!(answer, () => process.disconnect());
  };
}
