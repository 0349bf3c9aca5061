import type { SourceProgram } from '../../src/capture/source-table.js';
import { amiss, type Finding, fine } from './finding.js';
import { runProgram } from './run-program.js';

/** OpenCV's package requires this if Debian's library is used; it does no harm elsewhere. */
const openCvEnv = { OPENCV4NODEJS_DISABLE_AUTOBUILD: '1' };
const openCvCall =
  "const v = require('@u4/opencv4nodejs').version; process.stdout.write([v.major, v.minor, v.revision].join('.'))";
const pythonCall =
  'import zmq, google.protobuf as p; print("pyzmq", zmq.__version__ + ", protobuf", p.__version__)';

/**
 * Programs and packages that only some sources, the calibration and the examples use; `needs`: those that this
 * pipeline's source requires.
 */
export async function checkPrograms(
  needs: readonly SourceProgram[],
  repoDir: string,
): Promise<Finding[]> {
  const [ffmpeg, ffprobe, gstreamer, openCv, python] = await Promise.all([
    runProgram('ffmpeg', ['-version']),
    runProgram('ffprobe', ['-version']),
    runProgram('gst-launch-1.0', ['--version']),
    runProgram(process.execPath, ['-e', openCvCall], {
      env: openCvEnv,
      cwd: repoDir,
      timeoutMs: 20_000,
    }),
    runProgram('python3', ['-c', pythonCall], { cwd: repoDir }),
  ]);
  const video = 'install ffmpeg (`apt install ffmpeg`): videos and cameras are read with it';
  const gst = 'install GStreamer (`apt install gstreamer1.0-tools`): its pipelines are sources';
  return [
    program('ffmpeg', ffmpeg, versionIn, video, needs.includes('ffmpeg')),
    program('ffprobe', ffprobe, versionIn, video, needs.includes('ffprobe')),
    program('GStreamer', gstreamer, versionIn, gst, needs.includes('gst-launch-1.0')),
    program(
      'OpenCV',
      openCv,
      (text) => text,
      'install @u4/opencv4nodejs with OpenCV, if its cameras (`opencv:0`) or its calibration are to be used here',
      needs.includes('@u4/opencv4nodejs'),
    ),
    program(
      'Python examples',
      python,
      (text) => text.trim(),
      '`pip install pyzmq protobuf`, if examples/subscriber.py is to run',
    ),
  ];
}

/** "ffmpeg version 5.1.6-0+deb12u1 Copyright", "gst-launch-1.0 version 1.22.0". */
const versionIn = (text: string) => /version\s+(\S+)/.exec(text)?.[1] ?? text.split('\n')[0]!;

function program(
  name: string,
  result: Awaited<ReturnType<typeof runProgram>>,
  read: (stdout: string) => string,
  action: string,
  isNeeded = false,
): Finding {
  if (result.stdout !== undefined) return fine(name, read(result.stdout), isNeeded);
  // A package that is not installed shows as a program that runs and says so.
  const isAbsent = !result.isFound || /Cannot find module|No module named/.test(result.reason);
  return amiss(name, isAbsent ? 'missing' : 'failed', result.reason, action, isNeeded);
}
