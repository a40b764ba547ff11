/** Places of Paris; `parsePlaces()` explains the columns. Costs are in euros. */
export const places = `
# Île de la Cité
Notre-Dame de Paris | sight | 48.8530 2.3499 | 60 | 0 | day | top | The restored nave is pale and bright, and the spire stands again.
Sainte-Chapelle | sight | 48.8554 2.3450 | 50 | 16 | day | book steep | Fifteen tall windows of medieval glass, best on a sunny morning.

# Quartier Latin
Panthéon | sight | 48.8462 2.3464 | 60 | 13 | day | | Foucault's pendulum swings above the tombs of Voltaire, Hugo and Curie.
Musée de Cluny | museum | 48.8506 2.3440 | 75 | 12 | day | closed:mon | Roman baths and the tapestries of the lady with the unicorn.
Shakespeare and Company | shopping | 48.8526 2.3471 | 30 | - | day evening | | English books up to the beams, opposite Notre-Dame.
Rue Mouffetard | food | 48.8427 2.3497 | 70 | 18 | lunch dinner | area | A market street that runs downhill between cheese, crêpes and wine.
Caveau de la Huchette | nightlife | 48.8527 2.3461 | 110 | 16 | night | | Swing bands and good dancers in a medieval cellar.

# Saint-Germain-des-Prés
Jardin du Luxembourg | nature | 48.8462 2.3372 | 60 | 0 | day evening | top | Green chairs around the pond, where children sail small boats.
Café de Flore | food | 48.8541 2.3326 | 40 | 12 | morning | | Coffee on the terrace where novels and theories were written.
Le Procope | food | 48.8530 2.3388 | 80 | 38 | lunch dinner | book | Coq au vin in red rooms that have served guests since 1686.
Musée d'Orsay | museum | 48.8600 2.3266 | 120 | 16 | morning afternoon | top book closed:mon | Impressionists below the glass roof and clocks of a railway station.

# Louvre
Musée du Louvre | museum | 48.8606 2.3376 | 170 | 22 | morning afternoon | top book closed:tue | Choose one wing: the whole palace takes several visits.
Jardin des Tuileries | nature | 48.8635 2.3275 | 40 | 0 | day evening | | Straight alleys, statues and basins from the Louvre to the Concorde.
Musée de l'Orangerie | museum | 48.8638 2.3227 | 70 | 13 | day | book closed:tue | Monet's water lilies surround visitors in two oval rooms.
Jardin du Palais-Royal | nature | 48.8650 2.3377 | 40 | 0 | day evening | | A quiet garden between arcades, with striped columns at one end.

# Opéra
Palais Garnier | sight | 48.8720 2.3316 | 75 | 15 | day | book | Marble stairs, gold and Chagall's ceiling in the old opera house.
Galeries Lafayette Haussmann | shopping | 48.8733 2.3323 | 60 | 0 | day | | A stained-glass dome over the perfume counters, and a free roof terrace.
Bouillon Chartier | food | 48.8719 2.3430 | 70 | 20 | lunch dinner | | A grand canteen of 1896 where waiters note the bill on the tablecloth.
Rex Club | nightlife | 48.8706 2.3477 | 120 | 18 | night | closed:sun closed:mon closed:tue | House and techno under the cinema of the same name since 1992.

# Les Halles
Rue Montorgueil | food | 48.8655 2.3467 | 75 | 26 | lunch dinner | area | Oysters, pastry and bistros along a street without cars.

# Le Marais
Place des Vosges | sight | 48.8556 2.3655 | 35 | 0 | day evening | | Thirty-six brick houses around the oldest planned square of the city.
Musée Carnavalet | museum | 48.8574 2.3622 | 80 | 0 | day | closed:mon | Shop signs, salons and Proust's bedroom tell the history of Paris.
Musée Picasso | museum | 48.8598 2.3625 | 75 | 16 | day | closed:mon | Every period of the painter in a mansion of the salt tax.
Marché des Enfants Rouges | food | 48.8630 2.3622 | 60 | 17 | lunch | closed:mon | Couscous, bento and bowls in the oldest covered market.
Rue des Rosiers | food | 48.8572 2.3592 | 60 | 14 | lunch dinner | area | Falafel counters and bakeries in the old Jewish quarter.
Opéra Bastille | entertainment | 48.8520 2.3699 | 120 | 70 | night | book | Opera and ballet in a hall where each seat faces the stage.

# Invalides
Tour Eiffel | sight | 48.8584 2.2945 | 110 | 30 | morning afternoon evening | top book | Take the lift to the second floor at least, and stay for the lights.
Musée Rodin | museum | 48.8553 2.3158 | 75 | 14 | day | closed:mon | The Thinker sits among roses in the garden of the sculptor's last studio.
Hôtel des Invalides | museum | 48.8555 2.3125 | 90 | 17 | day | | Armor, cannons, and Napoleon's tomb below a golden dome.
Rue Cler | food | 48.8570 2.3059 | 60 | 20 | lunch | area | Picnic shops and pavement cafés near the Champ de Mars.

# Champs-Élysées
Arc de Triomphe | sight | 48.8738 2.2950 | 60 | 16 | day evening | steep | Twelve avenues meet below the roof, after 284 steps.
Petit Palais | museum | 48.8661 2.3146 | 70 | 0 | day | closed:mon | Free rooms of painting around a garden with a café.
Esplanade du Trocadéro | sight | 48.8618 2.2885 | 30 | 0 | morning evening | | The classic view of the tower, from between two curved palaces.
Bateaux-Mouches | entertainment | 48.8639 2.3057 | 70 | 17 | afternoon evening night | | An hour on the Seine, past all bridges of the center.

# Montmartre
Sacré-Cœur | sight | 48.8867 2.3431 | 60 | 0 | morning afternoon evening | top steep | The white basilica and its steps are the balcony of the city.
Musée de Montmartre | museum | 48.8878 2.3405 | 60 | 15 | day | steep | Renoir's garden, Valadon's studio and a view of the vineyard.
Rue des Martyrs | food | 48.8796 2.3398 | 70 | 24 | lunch dinner | area | Bakers, cheese and small restaurants on the way up to the hill.
Moulin Rouge | entertainment | 48.8841 2.3323 | 110 | 110 | night | book | Feathers and the cancan, under the red mill of 1889.
La Cigale | entertainment | 48.8823 2.3402 | 120 | 38 | night | book | Touring bands in a theater with balconies and a sloping floor.

# Canal Saint-Martin
Canal Saint-Martin | nature | 48.8713 2.3656 | 50 | 0 | afternoon evening | area | Iron footbridges, locks and plane trees, with cafés on both sides.
New Morning | nightlife | 48.8735 2.3527 | 110 | 30 | night | book | A plain room with a famous sound for jazz, funk and soul.

# Belleville
Cimetière du Père-Lachaise | sight | 48.8614 2.3933 | 90 | 0 | day | steep | Chopin, Wilde and Piaf rest on a wooded hill of cobbled lanes.
Parc des Buttes-Chaumont | nature | 48.8799 2.3829 | 60 | 0 | day evening | steep | A temple on a cliff, a waterfall and a suspension bridge.

# Versailles, day trip
Château de Versailles | sight | 48.8049 2.1204 | 150 | 21 | morning afternoon | top book closed:mon | The Hall of Mirrors and the royal apartments, at opening time.
Bassin d'Apollon | nature | 48.8073 2.1104 | 75 | 0 | day evening | | The sun god rises from the water where the Grand Canal begins.
Marché Notre-Dame | food | 48.8066 2.1327 | 65 | 18 | lunch | | Four market halls of the royal town, with counters to eat at.
`;
