/** Where the console exporters draw: columns a line may take, whether in colors, and the way there. */
export interface Terminal {
  readonly width: number;
  readonly color: boolean;
  print(text: string): void;
}

const ignore = (): void => {};

/** The terminal that the console exporters draw on; 80 columns and no colors where stdout is none. */
export function terminal(): Terminal {
  const { stdout } = process;
  return {
    width: stdout.columns ?? 80,
    color: stdout.isTTY && stdout.hasColors(),
    print: (text) => {
      // A reader that has gone, as of `node app.js | head`, must not end a program that prints nothing itself; what
      // the program prints is its own affair, so the listener goes with our text.
      stdout.on("error", ignore);
      stdout.write(`${text}\n`, () => void setImmediate(() => stdout.off("error", ignore)));
    },
  };
}
