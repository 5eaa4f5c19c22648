/** Where the console exporters draw: columns a line may take, whether in colors, and the way there. */
export interface Terminal {
  readonly width: number;
  readonly color: boolean;
  print(text: string): void;
}
