import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ModelProtoSchema, StringStringEntryProtoSchema } from '../../../src/onnx/gen/onnx_pb.js';
import { readNetworkFile } from '../../../tools/adopt/network-file.js';
import { dotNetwork } from '../../support/dot-bundle.js';

const dir = mkdtempSync(join(tmpdir(), 'windshield-adopt-'));
function fileOf(name: string, bytes: Uint8Array | string): string {
  const path = join(dir, name);
  writeFileSync(path, bytes, typeof bytes === 'string' ? 'latin1' : undefined);
  return path;
}

describe('a network file', () => {
  it.each<[string, Uint8Array | string, RegExp]>([
    ['empty.onnx', '', /found an empty file$/],
    ['page.onnx', '<!DOCTYPE html><html></html>', /found a web page/],
    ['pointer.onnx', 'version https://git-lfs.github.com/spec/v1\noid', /found a Git LFS pointer/],
    ['best.pt', 'PK\u0003\u0004xxxx', /found a PyTorch file .*format=onnx/],
    ['m.tflite', '\u0000\u0000\u0000\u0000TFL3', /TensorFlow Lite .*tf2onnx/],
    ['m.engine', 'ftrt0000', /TensorRT engine/],
    ['model.json', '{"weightsManifest": []}', /TensorFlow.js model/],
    ['m.h5', '\u0089HDF\r\n', /Keras model \(HDF5\): python -m tf2onnx/],
    ['m.keras', 'PK\u0003\u0004xxxx', /Keras model: python -m tf2onnx/],
    ['old.pt', Uint8Array.of(0x80, 2, 0x8a), /old PyTorch file: torch\.onnx\.export/],
    ['frozen.pb', Uint8Array.of(10, 2), /TensorFlow graph: python -m tf2onnx/],
    ['noise.onnx', Uint8Array.of(255, 255, 255, 255), /found other bytes/],
    ['nothing.onnx', Uint8Array.of(8, 8), /found no graph/],
  ])('%s is refused and named as what it is, on one line', async (name, bytes, message) => {
    const reading = readNetworkFile(fileOf(name, bytes));
    await expect(reading).rejects.toMatchObject({
      code: 'ERR_BUNDLE',
      message: expect.stringMatching(message),
    });
    await reading.catch(({ message: text }: Error) => expect(text).not.toContain('\n'));
  });

  it('names a folder that TensorFlow saved as what it is', async () => {
    const folder = join(dir, 'saved');
    mkdirSync(folder);
    writeFileSync(join(folder, 'saved_model.pb'), 'x');
    await expect(readNetworkFile(folder)).rejects.toThrow(
      /found a TensorFlow SavedModel: python -m tf2onnx\.convert --saved-model folder/,
    );
  });

  it('takes values that lie beside it inside, and none that lie elsewhere', async () => {
    const model = fromBinary(ModelProtoSchema, dotNetwork());
    const tensor = model.graph!.initializer[0]!;
    const values = tensor.rawData;
    writeFileSync(join(dir, 'weights.bin'), values);
    const pointing = (location: string) => {
      tensor.rawData = new Uint8Array();
      tensor.dataLocation = 1;
      tensor.externalData = [
        create(StringStringEntryProtoSchema, { key: 'location', value: location }),
      ];
      return fileOf('outside.onnx', toBinary(ModelProtoSchema, model));
    };
    const { bytes } = await readNetworkFile(pointing('weights.bin'));
    const whole = fromBinary(ModelProtoSchema, bytes).graph!.initializer[0]!;
    expect(whole.rawData).toEqual(values);
    expect(whole.dataLocation).toBe(0);
    for (const place of ['../weights.bin', '/etc/hostname', '..', '']) {
      await expect(readNetworkFile(pointing(place))).rejects.toMatchObject({
        code: 'ERR_BUNDLE',
        message: expect.stringContaining('may only lie beside the network'),
      });
    }
  });
});
