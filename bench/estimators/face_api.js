// Years of the largest face in each picture, by the age network of @vladmandic/face-api, as one JSON list.
// Not part of the program, and never installed by it: see docs/benchmarks.md.
//
//   npm install @vladmandic/face-api@1.7.15 @tensorflow/tfjs@4 @tensorflow/tfjs-backend-wasm@4 pngjs@7
//   node face_api.js FACE.png ...          (with NODE_PATH=that folder's node_modules)

const fs = require('fs');
const path = require('path');
const { PNG } = require('pngjs');
require('@tensorflow/tfjs');
const wasm = require('@tensorflow/tfjs-backend-wasm');
const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js');

const EDGE = 224; // pixels along a side of what the network is shown
const SURE = 0.2; // least confidence of a face

function folderOf(name) {
  return path.dirname(require.resolve(name + '/package.json'));
}

function pictureOf(file) {
  const { width, height, data } = PNG.sync.read(fs.readFileSync(file));
  const colours = Int32Array.from({ length: width * height * 3 }, (_, n) => data[Math.floor(n / 3) * 4 + (n % 3)]);
  return faceapi.tf.tensor3d(colours, [height, width, 3], 'int32');
}

async function yearsOf(file) {
  const picture = pictureOf(file);
  const [height, width] = picture.shape;
  const found = await faceapi.detectAllFaces(picture, new faceapi.SsdMobilenetv1Options({ minConfidence: SURE }));
  if (!found.length) return null;
  const box = found.reduce((a, b) => (b.box.area > a.box.area ? b : a)).box;
  const edges = [[box.top / height, box.left / width, box.bottom / height, box.right / width]];
  const face = faceapi.tf.image.cropAndResize(picture.toFloat().expandDims(0), edges, [0], [EDGE, EDGE]);
  return (await faceapi.nets.ageGenderNet.predictAgeAndGender(face.squeeze([0]).toInt())).age;
}

async function main(files) {
  wasm.setWasmPaths(path.join(folderOf('@tensorflow/tfjs-backend-wasm'), 'dist', path.sep));
  await faceapi.tf.setBackend('wasm');
  const model = path.join(folderOf('@vladmandic/face-api'), 'model');
  await faceapi.nets.ssdMobilenetv1.loadFromDisk(model);
  await faceapi.nets.ageGenderNet.loadFromDisk(model);
  const years = [];
  for (const file of files) years.push(await yearsOf(file));
  console.log(JSON.stringify(years));
}

main(process.argv.slice(2)).catch((wrong) => {
  console.error(String(wrong));
  process.exit(1);
});
