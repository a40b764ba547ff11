/**
 * A small file system in memory, for tests of a full disk. Only the administrator of a Linux machine
 * can mount one.
 * @module
 */
import { promises as fs } from "node:fs";
import { join } from "node:path";

const MIB = 1_048_576;

/** The file that occupies the space. */
const FILLING = "filling";

async function run(command: string, ...args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return success;
  } catch {
    return false;
  }
}

/** Whether this process can mount a file system. */
export async function canMount(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const path = await Deno.makeTempDir();
  const mounted = await run("mount", "-t", "tmpfs", "tmpfs", path);
  if (mounted) await run("umount", path);
  await Deno.remove(path);
  return mounted;
}

/** A small disk; `await using` unmounts it. */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounts a disk at a new directory. */
  static async mount(path: string, { mebibytes }: { mebibytes: number }): Promise<SmallDisk> {
    await Deno.mkdir(path, { recursive: true });
    const size = `size=${mebibytes}m`;
    if (!await run("mount", "-t", "tmpfs", "-o", size, "tmpfs", path)) {
      throw new Error(`Cannot mount a file system at ${path}`);
    }
    return new SmallDisk(path);
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await fs.statfs(this.path);
    return bavail * bsize;
  }

  /** Writes a file that leaves this much space. */
  async fill({ leaving = 0 } = {}): Promise<void> {
    using file = await Deno.open(join(this.path, FILLING), { create: true, append: true });
    const chunk = new Uint8Array(MIB);
    for (let free; (free = await this.freeBytes()) > leaving;) {
      await file.write(chunk.subarray(0, Math.min(MIB, free - leaving)));
    }
  }

  /** Deletes the file that {@link fill} has written. */
  async clear(): Promise<void> {
    await Deno.remove(join(this.path, FILLING));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Lazily, because a program that uses the disk may not have ended.
    await run("umount", "--lazy", this.path);
  }
}
