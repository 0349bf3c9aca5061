/** Frames that the recording may hold. Results come in bursts: while one picture is encoded, the next may come. */
export const recordingHeldFrames = 4;
