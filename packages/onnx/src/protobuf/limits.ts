/** The largest protobuf message: lengths are signed 32-bit integers in the common parsers, ONNX Runtime's included. */
export const MAX_FILE_BYTES = 2 ** 31 - 1;
