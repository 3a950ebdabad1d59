// Outlets
