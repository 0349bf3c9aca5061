/** A format: how its files begin, what they are, and how to convert them to ONNX. */
interface Foreign {
  isIt(bytes: Uint8Array, text: string, path: string): boolean;
  name: string;
}

const at = (bytes: Uint8Array, offset: number, text: string): boolean =>
  [...text].every((letter, index) => bytes[offset + index] === letter.charCodeAt(0));

/** A folder that TensorFlow saved. */
export const savedModel =
  'a TensorFlow SavedModel: python -m tf2onnx.convert --saved-model folder --output model.onnx makes an ONNX file of it';

const formats: readonly Foreign[] = [
  { isIt: (bytes) => bytes.length === 0, name: 'an empty file' },
  {
    isIt: (_, text) => /^\s*<(!doctype html|html|head|body|\?xml)/i.test(text),
    name: 'a web page: the download went wrong, the address may need a login or its raw form',
  },
  {
    isIt: (_, text) => text.startsWith('version https://git-lfs'),
    name: 'a Git LFS pointer: git lfs pull fetches the file itself',
  },
  {
    isIt: (bytes, _, path) => at(bytes, 0, 'PK\u0003\u0004') && path.endsWith('.keras'),
    name: 'a Keras model: python -m tf2onnx.convert --keras makes an ONNX file of it',
  },
  {
    isIt: (bytes) => at(bytes, 0, 'PK\u0003\u0004'),
    name: 'a PyTorch file (or another ZIP): yolo export model=… format=onnx, or torch.onnx.export in Python, makes an ONNX file of it',
  },
  {
    isIt: (bytes, _, path) => bytes[0] === 0x80 && /\.(pt|pth|ckpt)$/.test(path),
    name: 'an old PyTorch file: torch.onnx.export in Python makes an ONNX file of it',
  },
  {
    isIt: (bytes) => at(bytes, 4, 'TFL3'),
    name: 'a TensorFlow Lite model: python -m tf2onnx.convert --tflite model.tflite --output model.onnx makes an ONNX file of it',
  },
  {
    isIt: (bytes, _, path) => at(bytes, 0, 'ftrt') || /\.(engine|trt|plan)$/.test(path),
    name: 'a TensorRT engine, which runs on one card alone: adopt the ONNX file that it was built from',
  },
  {
    isIt: (bytes) => at(bytes, 0, '\u0089HDF'),
    name: 'a Keras model (HDF5): python -m tf2onnx.convert --keras model.h5 --output model.onnx makes an ONNX file of it',
  },
  {
    isIt: (_, text) => /^\s*\{/.test(text) && text.includes('"weightsManifest"'),
    name: 'a TensorFlow.js model: windshield adopt takes it under its own name, which ends in .json',
  },
  {
    isIt: (bytes, _, path) => path.endsWith('.pb') && bytes.length > 0,
    name: 'a TensorFlow graph: python -m tf2onnx.convert --graphdef model.pb --inputs … --outputs … --output model.onnx makes an ONNX file of it',
  },
];

/** Names a file's format if it is known not to be ONNX, with how to convert it; undefined if it may be ONNX. */
export function foreignFormat(bytes: Uint8Array, path: string): string | undefined {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 4096));
  return formats.find(({ isIt }) => isIt(bytes, text, path))?.name;
}
