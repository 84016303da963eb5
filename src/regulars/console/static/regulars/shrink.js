// Makes a chosen photo smaller before it is sent. Without this script large ones are refused.
"use strict";
for (const field of document.querySelectorAll("input[type=file][data-shrink]")) {
  field.addEventListener("change", async () => {
    const file = field.files[0];
    if (!file || file.size < 150_000) return;
    const most = Number(field.dataset.shrink);
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, most / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
      if (!small || field.files[0] !== file) return;
      const files = new DataTransfer();
      files.items.add(new File([small], "picture.jpg", { type: "image/jpeg" }));
      field.files = files.files;
    } catch {
      // The server says what is wrong with it.
    }
  });
}
