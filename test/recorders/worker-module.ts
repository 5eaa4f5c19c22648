const recorderModule = new URL("../../src/recorders/metrics-recorder.ts", import.meta.url).href;

/** On Node 20 a worker knows nothing of what translates TypeScript in the thread that started it. */
const isTranslating = process.version.startsWith("v20.");
const translation = isTranslating
  ? `import { register } from ${JSON.stringify(import.meta.resolve("tsx/esm/api"))}; register();`
  : "";

/** The module of a worker, from its code, in which MetricsRecorder is imported. */
export function workerModule(code: string): URL {
  return moduleOf(
    `${translation} const { MetricsRecorder } = await import(${JSON.stringify(recorderModule)});\n${code}`,
  );
}

/** The file of a worker's module, or a module that loads it. */
export function workerFile(name: string): URL {
  const file = new URL(name, import.meta.url);
  return isTranslating ? moduleOf(`${translation} await import(${JSON.stringify(file.href)});`) : file;
}

function moduleOf(source: string): URL {
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}
