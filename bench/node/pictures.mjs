// What people write with sharp: one picture in, one out. A route for fastify.mjs, and a program for bench/pictures.py:
//     node pictures.mjs OPERATION FILE TIMES OPTIONS [OUT]
import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';

// One core and no memory of what was made before: what is measured is the work itself.
sharp.concurrency(1);
sharp.cache(false);

const written = {
  jpeg: (image) => image.jpeg({ quality: 80, optimiseCoding: true }),
  webp: (image) => image.webp({ quality: 80 }),
  png: (image) => image.png(),
};

export const resized = (file, { width, height, format }) =>
  written[format](sharp(file).autoOrient().resize({ width, height, withoutEnlargement: true })).toBuffer();

const operations = {
  resize: resized,
  rotate: (file, { angle, format }) => written[format](sharp(file).autoOrient().rotate(angle)).toBuffer(),
  crop: (file, { x, y, width, height, format }) =>
    written[format](sharp(file).autoOrient().extract({ left: x, top: y, width, height })).toBuffer(),
  adjust: (file, { blur, saturation, format }) => {
    const image = sharp(file).autoOrient();
    return written[format](blur ? image.blur(blur) : image.modulate({ saturation: 1 + saturation / 100 })).toBuffer();
  },
  convert: (file, { format }) => written[format](sharp(file).autoOrient()).toBuffer(),
  // One decode for all sizes is not to be had: each shrinks while it loads, which is faster than a clone of the whole.
  thumbnail: async (file, { sizes, format }) => {
    const made = [];
    for (const size of sizes) made.push(await resized(file, { width: size, height: size, format }));
    return made[0];
  },
};

export function pictures(app) {
  app.addContentTypeParser('image/jpeg', { parseAs: 'buffer' }, (request, body, done) => done(null, body));
  app.post('/api/v1/image/resize', { bodyLimit: 50 * 1024 * 1024 }, async (request, reply) => {
    const made = await resized(request.body, { width: Number(request.query.width), format: request.query.format });
    return reply.type(`image/${request.query.format}`).send(made);
  });
}

if (process.argv[1] === import.meta.filename) {
  const [operation, path, times, options, out] = process.argv.slice(2);
  const file = readFileSync(path);
  const run = () => operations[operation](file, JSON.parse(options));
  let made = await run();
  const before = process.cpuUsage();
  for (let i = 0; i < Number(times); i++) made = await run();
  const { user, system } = process.cpuUsage(before);
  const mb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ ms: (user + system) / 1000 / Number(times), mb, bytes: made.length }));
  if (out) writeFileSync(out, made);
}
