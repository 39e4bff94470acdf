// The entry point `deconfound/bundle`: what runs in a page, in one file.
import { endOfEntry } from "./tensor/site.ts";

export * as backdoor from "./backdoor/index.ts";
export * as cbd from "./cbd/index.ts";
export * as data from "./data/index.ts";
export * as formats from "./formats/index.ts";
export * from "./index.ts";
export * as mi from "./mi/index.ts";
export * as nn from "./nn/index.ts";

endOfEntry();
