import type { Tensor } from '@guided-dropout/onnx';

/** A float32 matrix with its axes swapped. */
export function transposedMatrix({ dims, data }: Tensor): Tensor<'float32'> {
  const [rows, columns] = dims as [number, number];
  const from = data as Float32Array;
  const to = new Float32Array(from.length);
  everyPlace(rows, columns, (place, swapped) => {
    to[swapped] = from[place]!;
    return true;
  });
  return { dataType: 'float32', dims: [columns, rows], data: to };
}

/** Whether one float32 matrix is the other with its axes swapped, bit for bit but for the sign of zeros. */
export function isTransposeOf(a: Tensor, b: Tensor): boolean {
  const [rows, columns] = a.dims as [number, number];
  if (a.dataType !== 'float32' || b.dataType !== 'float32' || a.dims.length !== 2) return false;
  if (b.dims.join() !== `${columns},${rows}`) return false;
  const [left, right] = [a.data as Float32Array, b.data as Float32Array];
  return everyPlace(rows, columns, (place, swapped) => left[place] === right[swapped]);
}

/** Whether a tensor has elements that differ: one of equal elements says nothing about where it comes from. */
export function isTelling({ data }: Tensor): boolean {
  const first = data[0];
  return (data as Float32Array).some((element) => element !== first);
}

/** A block of rows and columns whose reads and writes both stay in the cache. */
const BLOCK = 32;

/** Whether a condition holds at every place of a matrix, given with its place in the transpose; block by block. */
function everyPlace(rows: number, columns: number, holds: (place: number, swapped: number) => boolean): boolean {
  for (let top = 0; top < rows; top += BLOCK) {
    const bottom = Math.min(top + BLOCK, rows);
    for (let left = 0; left < columns; left += BLOCK) {
      const right = Math.min(left + BLOCK, columns);
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          if (!holds(row * columns + column, column * rows + row)) return false;
        }
      }
    }
  }
  return true;
}
