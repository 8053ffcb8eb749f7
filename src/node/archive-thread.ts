/** A thread that keeps frames: a slow disk keeps no message waiting. */
import { parentPort } from 'node:worker_threads'
import { type ArchiveRequest, FrameArchive } from './frame-archive.ts'

const archive = new FrameArchive()

parentPort!.on('message', (request: ArchiveRequest) => {
  parentPort!.postMessage(archive.handle(request))
})
