const recorderModule = new URL("../../src/groups/metrics-recorder.ts", import.meta.url).href;

/** The module of a worker, from its code, in which MetricsRecorder is imported. */
export function workerModule(code: string): URL {
  const source = `import { MetricsRecorder } from ${JSON.stringify(recorderModule)};\n${code}`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}
