import { DataError } from "../tensor/errors.ts";
import { printable } from "../tensor/printable.ts";
import { decodePicture, probePicture } from "./decode-picture.ts";
import { eachAtOnce } from "./each-at-once.ts";
import type { Folder } from "./folder.ts";
import type { ImageDecoder, ImageFacts, ImageForm } from "./image-decoder.ts";
import type { Rectangle } from "./resize-picture.ts";
import type { ImageSize } from "./size-form.ts";

/** A picture in a file of its own. */
export interface PictureFile {
  readonly path: string;
  readonly label: number;
  /** The part that is wanted, in a picture of the given size. */
  readonly crop?: (Rectangle & ImageSize) | undefined;
}

/** How pictures are read. */
export interface PictureWishes {
  readonly folder: Folder;
  readonly decoder: ImageDecoder | undefined;
  /** Null: the size that most of them have. */
  readonly size: ImageSize | null;
  /** Null: 1 if all are grey, else 3. */
  readonly channels: 1 | 3 | null;
  /** Leave out those that cannot be read, instead of failing. */
  readonly skipBroken: boolean;
}

/** Pictures as arrays: those that could be read, in the given order. */
export interface PictureArrays {
  readonly images: Uint8Array;
  readonly labels: Int32Array;
  readonly paths: readonly string[];
}

const mostBytes = 2 ** 32 - 1; // of all images of one part
const mostHeld = 2 ** 28; // bytes of small files that are kept from the first look to the decoding: opening them costs most

/**
 * Reads the pictures of some parts of a dataset, many files at a time, each decoded once.
 *
 * @returns per part its arrays; the form that all have; sentences for the user.
 * @throws DataError that counts and names the files that cannot be read; ConfigError where the decoder is not installed.
 */
export async function readPictures(
  parts: readonly (readonly PictureFile[])[],
  wishes: PictureWishes,
): Promise<{ parts: readonly PictureArrays[]; form: ImageForm; notes: readonly string[] }> {
  const { folder, decoder } = wishes;
  const all = parts.flat();
  const broken = new Map<PictureFile, string>();
  const held = new Map<PictureFile, Uint8Array>();
  let heldBytes = 0;
  const attempt = async (file: PictureFile, work: (bytes: Uint8Array) => Promise<void>): Promise<void> => {
    try {
      if (!broken.has(file)) await work(held.get(file) ?? (await folder.read(file.path)));
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      broken.set(file, reasonIn(error, `${folder.path}/${file.path}`));
    }
  };
  const facts: ImageFacts[] = [];
  await eachAtOnce(all, (file) =>
    attempt(file, async (bytes) => {
      facts.push(await probePicture(bytes, decoder));
      if (heldBytes + bytes.length > mostHeld) return;
      held.set(file, bytes);
      heldBytes += bytes.length;
    }),
  );
  const { form, notes } = chooseForm(facts, wishes);
  const bytes = form.height * form.width * form.channels;
  const arrays = parts.map((files) => allocate(files.length, bytes, form));
  for (const [which, files] of parts.entries()) {
    await eachAtOnce(files, (file, at) =>
      attempt(file, async (content) => {
        arrays[which]!.set(await decodePicture(content, form, decoder, file.crop), at * bytes);
        held.delete(file);
      }),
    );
  }
  if (broken.size > 0 && !wishes.skipBroken) {
    throw new DataError(
      `${folder.path}: ${counted(broken.size, all.length)} cannot be read; --skip-broken goes on without them`,
      [...firstOf([...broken].map(([{ path }, reason]) => `${printable(path, 200)}: ${reason}`))],
    );
  }
  if (broken.size > 0) {
    const names = firstOf([...broken.keys()].map(({ path }) => printable(path, 200)));
    notes.push(`${counted(broken.size, all.length)} cannot be read and are left out: ${names.join(", ")}`);
  }
  return { parts: parts.map((files, which) => sound(files, arrays[which]!, bytes, broken)), form, notes };
}

function reasonIn(error: DataError, path: string): string {
  const [line] = error.message.split("\n") as [string];
  return line.startsWith(`${path}: `) ? line.slice(path.length + 2) : line;
}

function counted(some: number, all: number): string {
  return `${some.toLocaleString("en-US")} of ${all.toLocaleString("en-US")} images`;
}

const shown = 5; // names in a message

function firstOf(lines: readonly string[]): string[] {
  return lines.length > shown ? [...lines.slice(0, shown), `… and ${lines.length - shown} more`] : [...lines];
}

function chooseForm(facts: readonly ImageFacts[], wishes: PictureWishes): { form: ImageForm; notes: string[] } {
  const notes: string[] = [];
  const sizes = new Map<string, { size: ImageSize; count: number }>();
  for (const { height, width } of facts) {
    const key = `${height}×${width}`;
    sizes.set(key, { size: { height, width }, count: (sizes.get(key)?.count ?? 0) + 1 });
  }
  // by count; of two as frequent the smaller, so that the order in which files were read does not matter
  const common = [...sizes.values()].sort(
    (a, b) => b.count - a.count || a.size.height - b.size.height || a.size.width - b.size.width,
  )[0];
  const size = wishes.size ?? common?.size ?? { height: 1, width: 1 }; // none could be read: the caller throws
  const same = facts.filter(({ height, width }) => height === size.height && width === size.width).length;
  if (wishes.size === null && sizes.size > 1) {
    notes.push(
      `images have ${sizes.size} sizes: ${size.height}×${size.width} is the most common, of ${counted(same, facts.length)}; ` +
        "the others are resized to it (--size chooses another)",
    );
  }
  const alpha = facts.filter((fact) => fact.alpha).length;
  if (alpha > 0) notes.push(`${counted(alpha, facts.length)} have an alpha channel, which is left out`);
  const grey = facts.filter(({ channels }) => channels === 1).length;
  const channels = wishes.channels ?? (grey === facts.length ? 1 : 3);
  if (channels === 3 && grey > 0) notes.push(`${counted(grey, facts.length)} are grey and become RGB`);
  return { form: { ...size, channels }, notes };
}

function allocate(count: number, bytes: number, { height, width, channels }: ImageForm): Uint8Array {
  if (count * bytes <= mostBytes) return new Uint8Array(count * bytes);
  throw new DataError(`${count} images of ${height}×${width}×${channels} are ${count * bytes} bytes`, [
    `${mostBytes} are possible: choose a smaller --size, or a --limit`,
  ]);
}

/** What is left where broken files are taken out. */
function sound(
  files: readonly PictureFile[],
  images: Uint8Array,
  bytes: number,
  broken: ReadonlyMap<PictureFile, string>,
): PictureArrays {
  const good = files.flatMap((file, at) => (broken.has(file) ? [] : [at]));
  good.forEach((from, to) => {
    if (from !== to) images.copyWithin(to * bytes, from * bytes, (from + 1) * bytes);
  });
  return {
    images: images.subarray(0, good.length * bytes),
    labels: Int32Array.from(good, (at) => files[at]!.label),
    paths: good.map((at) => files[at]!.path),
  };
}
