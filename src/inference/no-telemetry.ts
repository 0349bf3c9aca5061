// Import this before ONNX Runtime, and wherever a thread that loads it is started: importing is enough.
import { isMainThread } from 'node:worker_threads';
import { PerceptionError } from '../frame/perception-error.js';

/** If it is "1" when the library is loaded, ONNX Runtime sends nothing, looks nothing up and keeps no id on disk. */
const telemetrySwitch = 'ORT_DISABLE_TELEMETRY';

/**
 * Since 1.29 ONNX Runtime reports every process to its makers: it reads the machine's id, writes files into the home
 * and the temporary folder, and looks up a host. Only the environment of the process stops it. A thread has a copy of
 * the environment that the native library does not see, so it must be set before the thread is started.
 * @throws ERR_CONFIG in a thread whose process has not set it.
 */
function switchTelemetryOff(): void {
  if (process.env[telemetrySwitch] === '1') return;
  if (!isMainThread)
    throw new PerceptionError(
      'ERR_CONFIG',
      `expected ${telemetrySwitch}=1 in the environment before a thread loads ONNX Runtime, found ${process.env[telemetrySwitch] ?? 'nothing'}: set it before Node starts, or import windshield in the main thread first`,
    );
  process.env[telemetrySwitch] = '1';
}

switchTelemetryOff();
