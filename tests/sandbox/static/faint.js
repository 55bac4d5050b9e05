// The texts whose contrast with their ground is below WCAG's AA: 4.5 to 1, for large text 3 to 1.
const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
const over = ([r, g, b, a = 1], ground) => [r, g, b].map((value, index) => value * a + ground[index] * (1 - a));
const ground = (element) => {
  if (!element) return [255, 255, 255];
  const colour = channels(getComputedStyle(element).backgroundColor);
  return colour[3] === 0 ? ground(element.parentElement) : over(colour, ground(element.parentElement));
};
const light = (colour) => colour.map((value) => value / 255)
  .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
const ratio = (one, other) => {
  const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
};
const faint = (element, style, text) => {
  const [size, weight] = [parseFloat(style.fontSize), Number(style.fontWeight)];
  const needed = size >= 24 || (size >= 18.66 && weight >= 700) ? 3 : 4.5;
  const behind = ground(element);
  const found = ratio(over(channels(style.color), behind), behind);
  return found < needed ? [`${found.toFixed(2)}: ${text}`] : [];
};
return [...document.body.querySelectorAll("*")].filter((element) => element.checkVisibility({ visibilityProperty: true })).flatMap((element) => {
  const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
  if (element.placeholder) return faint(element, getComputedStyle(element, "::placeholder"), element.placeholder);
  return own ? faint(element, getComputedStyle(element), own) : [];
});
