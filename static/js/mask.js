/* The mask over a picture: strokes, rectangles and inversions in the picture's own pixels (at most
   2048 on the longer side), undone and done again twenty deep. The painted places are what may change. */
(() => {
  const MOST_SIDE = 2048;
  const DEEP = 20;
  const COLOUR = "#f2602a";

  function blank(width, height) {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    return canvas;
  }

  const acts = {
    stroke(context, { points, isErasing }) {
      context.globalCompositeOperation = isErasing ? "destination-out" : "source-over";
      context.lineCap = context.lineJoin = "round";
      points.forEach(([x, y, width], index) => {
        const [fromX, fromY] = points[Math.max(0, index - 1)];
        context.lineWidth = isErasing ? width + 2 : width; /* the soft rim of a stroke goes with it */
        context.beginPath();
        context.moveTo(fromX, fromY);
        context.lineTo(x, y + 0.01);
        context.stroke();
      });
    },
    box(context, { x, y, width, height }) {
      context.globalCompositeOperation = "source-over";
      context.fillRect(x, y, width, height);
    },
    invert(context) {
      context.globalCompositeOperation = "source-out";
      context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    },
    clear(context) {
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    },
    picture(context, { picture }) {
      context.globalCompositeOperation = "source-over";
      context.drawImage(picture, 0, 0, context.canvas.width, context.canvas.height);
    },
  };

  class Mask {
    constructor(canvas, width, height, changed) {
      this.scale = Math.min(1, MOST_SIDE / Math.max(width, height));
      canvas.width = Math.round(width * this.scale);
      canvas.height = Math.round(height * this.scale);
      this.canvas = canvas;
      this.context = canvas.getContext("2d");
      this.ground = blank(canvas.width, canvas.height);
      this.done = [];
      this.undone = [];
      this.changed = changed;
    }

    /* Begin with a mask that was painted before, where it has this picture's shape. */
    startFrom(picture, width, height) {
      const shape = this.canvas.width / this.canvas.height;
      if (Math.abs(width / height / shape - 1) > 0.01) return;
      this.paint(this.ground.getContext("2d"), { name: "picture", picture });
      this.render();
      this.changed(this);
    }

    paint(context, act) {
      context.fillStyle = context.strokeStyle = COLOUR;
      acts[act.name](context, act);
    }

    render() {
      acts.clear(this.context);
      this.context.globalCompositeOperation = "source-over";
      this.context.drawImage(this.ground, 0, 0);
      for (const act of this.done) this.paint(this.context, act);
    }

    do(act) {
      this.done.push(act);
      this.undone = [];
      if (this.done.length > DEEP) this.paint(this.ground.getContext("2d"), this.done.shift());
      this.render();
      this.changed(this);
    }

    undo() {
      if (!this.done.length) return;
      this.undone.push(this.done.pop());
      this.render();
      this.changed(this);
    }

    redo() {
      if (!this.undone.length) return;
      this.done.push(this.undone.pop());
      this.render();
      this.changed(this);
    }

    /* A stroke shows while it is drawn, and is one act when it ends. */
    begin(isErasing) {
      this.stroke = { name: "stroke", points: [], isErasing };
    }

    extend(x, y, width) {
      const { points, isErasing } = this.stroke;
      points.push([x * this.scale, y * this.scale, width * this.scale]);
      this.paint(this.context, { name: "stroke", points: points.slice(-2), isErasing });
    }

    end() {
      const { stroke } = this;
      this.stroke = null;
      if (stroke?.points.length) this.do(stroke);
    }

    abandon() {
      this.stroke = null;
      this.render();
    }

    box(x, y, width, height) {
      const [left, top, across, down] = [x, y, width, height].map((side) => side * this.scale);
      this.do({ name: "box", x: left, y: top, width: across, height: down });
    }

    /* The painted share of the picture, from 0 to 1. */
    get share() {
      const small = blank(128, 128);
      const context = small.getContext("2d", { willReadFrequently: true });
      context.drawImage(this.canvas, 0, 0, small.width, small.height);
      const { data } = context.getImageData(0, 0, small.width, small.height);
      let sum = 0;
      for (let at = 3; at < data.length; at += 4) sum += data[at];
      return sum / (255 * small.width * small.height);
    }

    /* A PNG that is transparent where the picture may change. */
    asFile() {
      const sheet = blank(this.canvas.width, this.canvas.height);
      const context = sheet.getContext("2d");
      context.fillRect(0, 0, sheet.width, sheet.height);
      context.globalCompositeOperation = "destination-out";
      context.drawImage(this.canvas, 0, 0);
      return new Promise((resolve) =>
        sheet.toBlob((blob) => resolve(new File([blob], "mask.png", { type: "image/png" })), "image/png"),
      );
    }
  }

  window.easel.Mask = Mask;
})();
