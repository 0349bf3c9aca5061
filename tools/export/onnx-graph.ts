export * from '../../src/onnx/onnx-graph.js';
