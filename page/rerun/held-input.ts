import { type FrameInput, hostInput } from '../../src/stages/frame-input.js';
import type { StageSetup } from '../../src/stages/stage-setup.js';

/** A stage's input that can be told that the frame is the one before: the network's answer then stands. */
export interface HeldInput extends FrameInput {
  isHeld: boolean;
}

/** Preprocessing as on the rig, and a run only where the frame is new: a threshold that moves decodes anew at once. */
export function heldInput(setup: StageSetup): HeldInput {
  const inner = hostInput(setup);
  const { session } = setup;
  const input: HeldInput = {
    isHeld: false,
    preprocessedBy: inner.preprocessedBy,
    session: {
      provider: session.provider,
      isPartlyOnCpu: session.isPartlyOnCpu,
      maxBatch: session.maxBatch,
      input: session.input,
      outputs: session.outputs,
      run: async (batch?: number) => {
        if (!input.isHeld) await session.run(batch);
      },
      dispose: () => session.dispose(),
    },
    take(pixels) {
      if (!input.isHeld) inner.take(pixels);
    },
  };
  return input;
}
