// What a finger has to hit and is less than 40 pixels high or wide.
return [...document.querySelectorAll("a[href], button, input, summary")]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches(".skip"))
  .map((element) => [element, element.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 40 || height < 40)
  .map(([element, { width, height }]) => `${Math.round(width)} × ${Math.round(height)}: ${element.outerHTML.slice(0, 80)}`);
