// A separate process: `node finish-process.js <recording>` finishes the interrupted pieces of a recording and prints the
// result of each, one JSON object per line. It is separate because the supervisor loads nothing large, and has the lowest
// priority because copying must not take time from a lane.
import { constants, setPriority } from 'node:os';
import { finishRecordings } from './finish-recordings.js';

setPriority(constants.priority.PRIORITY_LOW);
await finishRecordings(process.argv[2]!, (piece) => console.log(JSON.stringify(piece)));
