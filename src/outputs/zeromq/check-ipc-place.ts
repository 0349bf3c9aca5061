import { lstatSync } from 'node:fs';
import { connect } from 'node:net';
import { PerceptionError } from '../../frame/perception-error.js';

/**
 * Checks that an endpoint `ipc://<path>` replaces nothing: ZeroMQ removes whatever is there before it binds. A socket
 * that a dead process left may be removed. Rejects with ERR_PUBLISH (something else is there) or ERR_PORT_IN_USE
 * (somebody listens there).
 */
export async function checkIpcPlace(endpoint: string): Promise<void> {
  const path = /^ipc:\/\/(.+)$/.exec(endpoint)?.[1];
  // `*` picks a free name, `@` one that is not a file.
  if (path === undefined || path === '*' || path.startsWith('@')) return;
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket())
    throw new PerceptionError(
      'ERR_PUBLISH',
      `endpoint ${endpoint}: expected nothing yet, found a file or folder, which would be removed; choose another with --endpoint`,
    );
  if (await isListening(path))
    throw new PerceptionError(
      'ERR_PORT_IN_USE',
      `expected to bind ${endpoint}, found it in use by another process; choose another with --endpoint`,
    );
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const answer = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
