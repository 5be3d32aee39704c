"""grade/tools/bench/fit.py: express a cost as a fixed part and a part for each
page."""


def fit(points):
    """(fixed, per page) for (pages, cost) points: least squares of the
    relative error, so that small sizes count as much as large ones."""
    weights = [1 / cost ** 2 for _, cost in points]
    total = sum(weights)
    mean_x = sum(w * x for w, (x, _) in zip(weights, points)) / total
    mean_y = sum(w * y for w, (_, y) in zip(weights, points)) / total
    spread = sum(w * (x - mean_x) ** 2
                 for w, (x, _) in zip(weights, points))
    slope = sum(w * (x - mean_x) * (y - mean_y)
                for w, (x, y) in zip(weights, points)) / spread
    return mean_y - slope * mean_x, slope


def sized_points(figures, name):
    """(pages, cost) of the rows `name:PAGES` among the figures."""
    return sorted((int(row.partition(":")[2]), value)
                  for row, value in figures.items()
                  if row.startswith(name + ":"))
