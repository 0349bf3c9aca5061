export * from '../../../src/onnx/gen/onnx_pb.js';
