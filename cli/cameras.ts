import { Command } from 'commander';
import { listModes } from '../src/capture/camera-modes.js';
import { withoutCredentials } from '../src/capture/credentials.js';
import { openSource } from '../src/capture/open-source.js';
import { addressRow } from '../src/capture/source-table.js';
import { encodePng } from '../src/codec/image-codec.js';
import { guardOutputs } from '../src/files/output-guard.js';
import { writeWhole } from '../src/files/write-whole.js';
import { frameBytes } from '../src/frame/frame.js';
import { isSourceEnd } from '../src/frame/frame-source.js';
import { toPackedRgb } from '../src/frame/nv12.js';
import { PerceptionError } from '../src/frame/perception-error.js';
import { measuredJson } from '../src/text/measured-json.js';
import { Terminal } from './terminal.js';

/** Frames that are skipped before the picture, because a camera adjusts its exposure after the start. */
const settlingFrames = 10;

/** `windshield cameras [source]`: lists cameras and their capabilities, and shows the picture of one. */
export function camerasCommand(): Command {
  return new Command('cameras')
    .summary('list the cameras and their modes, and save a picture from one')
    .description(
      'Without a source: the cameras of this machine with the formats and sizes that they have. With one\n' +
        '(camera:/dev/video0?size=1280x720&rate=30&format=mjpeg, rtsp://…, gstreamer:…): opens it, and prints\n' +
        'what was requested and what the camera delivers. Exit code 2 when it cannot be opened.',
    )
    .argument('[source]', 'a live source, or a device')
    .option('--picture <file.png>', 'save one picture from the source')
    .option('--json', 'print JSON')
    .action(async (source: string | undefined, flags: { picture?: string; json?: true }) => {
      if (source === undefined && flags.picture !== undefined)
        throw new PerceptionError('ERR_USAGE', '--picture needs a source to take it from');
      await (source === undefined ? list(flags.json === true) : look(source, flags));
    });
}

async function list(isJson: boolean): Promise<void> {
  const terminal = new Terminal();
  const { listCameras } = await import('../tools/doctor/check-cameras.js');
  const cameras = [];
  for (const camera of listCameras('/'))
    cameras.push({ ...camera, modes: camera.isReadable ? await listModes(camera.device) : [] });
  if (isJson) return terminal.print(measuredJson(cameras));
  if (cameras.length === 0) terminal.print('no cameras: plug one in, or name an address');
  for (const { device, name, isReadable, modes } of cameras) {
    terminal.print(
      `camera:${device}  ${name}${isReadable ? '' : '  (may not be opened: join the group video)'}`,
    );
    for (const { format, sizes } of modes)
      terminal.print(`  ${format.padEnd(10)} ${sizes.join(' ')}`);
  }
}

async function look(given: string, flags: { picture?: string; json?: true }): Promise<void> {
  const terminal = new Terminal();
  const { picture } = flags;
  if (picture !== undefined)
    guardOutputs([{ option: '--picture', path: picture, kind: 'png' }], []);
  const address = addressRow(given) === undefined ? `camera:${given}` : given;
  const source = await openSource(address);
  try {
    const { layout, nominalRateHz, name } = source.info;
    const notes = (source.notes ?? []).map(withoutCredentials);
    if (flags.json) terminal.print(measuredJson({ name, layout, nominalRateHz, notes }));
    else
      for (const note of notes.length > 0
        ? notes
        : [`${name}: ${layout.widthPx}x${layout.heightPx}, ${layout.format}`])
        terminal.print(note);
    if (picture === undefined) return;
    const pixels = new Uint8Array(frameBytes(layout));
    for (let frame = 0; frame < settlingFrames; frame++) {
      const result = await source.read(pixels);
      if (!isSourceEnd(result)) continue;
      if (result.kind !== 'ended') throw result.error;
      // If a stream is that short, its last picture is the best one.
      if (frame === 0)
        throw new PerceptionError('ERR_SOURCE_EMPTY', `${name}: expected a picture, found none`);
      break;
    }
    const { widthPx, heightPx } = layout;
    const data = toPackedRgb(pixels, layout);
    writeWhole(picture, await encodePng({ widthPx, heightPx, data }));
    if (!flags.json) terminal.print(picture);
  } finally {
    await source.close();
  }
}
