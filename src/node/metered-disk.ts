/** A disk whose syncs are measured: how long the log waits for it decides how quick commits are. */

import type { AppendFile, Clock, Disk } from '../base/env.ts'
import type { Meter } from './meter.ts'

export function meteredDisk(disk: Disk, clock: Clock, meter: Pick<Meter, 'onSync'>): Disk {
  return {
    list: done => disk.list(done),
    read: (name, done) => disk.read(name, done),
    readPart: (name, part, done) => disk.readPart(name, part, done),
    truncate: (name, sizeBytes, done) => disk.truncate(name, sizeBytes, done),
    rename: (from, to, done) => disk.rename(from, to, done),
    remove: (name, done) => disk.remove(name, done),
    syncFolder: done => disk.syncFolder(done),
    append: name => meteredFile(disk.append(name), clock, meter),
  }
}

function meteredFile(file: AppendFile, clock: Clock, meter: Pick<Meter, 'onSync'>): AppendFile {
  return {
    write: (bytes, done) => file.write(bytes, done),
    close: done => file.close(done),
    sync(done) {
      const begunMs = clock.monotonicMs()
      file.sync(error => {
        meter.onSync(clock.monotonicMs() - begunMs)
        done(error)
      })
    },
  }
}
