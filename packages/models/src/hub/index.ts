export type { DownloadProgress } from './download-file.js';
export type { HubSettings } from './hub-source.js';
export { resolveModel, type ResolveModelOptions } from './resolve-model.js';
